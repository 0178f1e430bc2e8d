import { expect, test } from 'vitest';
import { countsLine, countTests, type TestReport } from './count-tests.ts';

const report = (over: Partial<TestReport>): TestReport => ({
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
  ...over,
});

test('the line names skipped tests only when there are some', () => {
  expect(countsLine(countTests(report({ numPassedTests: 12 }), 0))).toBe('12 passed, 0 failed');
  const skipped = report({ numPassedTests: 12, numPendingTests: 1, numTodoTests: 2 });
  expect(countsLine(countTests(skipped, 0))).toBe('12 passed, 0 failed, 3 skipped');
});

test('a file that could not be loaded is a failure', () => {
  const unloaded = { status: 'failed', assertionResults: [] };
  const counts = countTests(report({ numPassedTests: 3, testResults: [unloaded] }), 1);
  expect(counts).toEqual({ passed: 3, failed: 1, skipped: 0 });
});

test('a run that ended badly never says "0 failed"', () => {
  expect(countTests(report({ numPassedTests: 3 }), 1).failed).toBe(1);
  expect(countTests(null, 1)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});
