import { expect, test } from 'vitest';
import { judgeBreak, notGreen } from './judge-break.ts';

const named = [
  { file: 'a.test.ts', title: 'holds %s' },
  { file: 'b.test.ts', title: 'stays' },
];
const ran = (file: string, title: string, failure = '') => ({ file, title, passed: failure === '', failure });
const judge = (...tests: ReturnType<typeof ran>[]) => judgeBreak({ shows: 'a hole' }, named, { tests, others: [] });

test('a break is found only when a test ran, failed, and said why', () => {
  expect(judge(ran('a.test.ts', 'holds water'), ran('b.test.ts', 'stays', 'Error: a hole at 4')).kind).toBe('red');
  expect(judge(ran('a.test.ts', 'holds water', 'Error: a hole at 4')).kind).toBe('red');
  expect(judge(ran('a.test.ts', 'holds water'), ran('b.test.ts', 'stays')).kind).toBe('GREEN');
  expect(judge(ran('a.test.ts', 'holds water'), ran('b.test.ts', 'stays', 'no such file')).kind).toBe('ODD');
  expect(judge(ran('a.test.ts', 'holds water')).kind).toBe('NOT RUN');
  expect(judge().kind).toBe('NOT RUN');
});

test('with nothing broken, every named test has to have run and passed', () => {
  const passed = [ran('a.test.ts', 'holds water'), ran('b.test.ts', 'stays')];
  expect(notGreen(named, { tests: passed, others: [] })).toEqual([]);
  expect(notGreen(named, { tests: passed.slice(1), others: [] })).toEqual(['a.test.ts ran no test "holds %s"']);
  const failed = [ran('a.test.ts', 'holds water', 'no'), ran('b.test.ts', 'stays')];
  expect(notGreen(named, { tests: failed, others: [] })).toEqual(['a.test.ts "holds water" failed: no']);
  expect(notGreen(named, { tests: passed, others: ['c.test.ts did not load'] })).toEqual(['c.test.ts did not load']);
});
