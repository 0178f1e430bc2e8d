import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { countsLine, countTests, type TestReport } from './count-tests.ts';
import { runStep, type StepResult } from './run-step.ts';
import { gateSteps, TEST_REPORT } from './steps.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const steps = gateSteps(root);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h' }, 'keep-going': { type: 'boolean' } },
});
const unknown = positionals.filter((name) => !steps.some((step) => step.name === name));
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) console.error(`Unknown step: ${unknown.join(', ')}\n`);
  console.log('Usage: verify [--keep-going] [step …]\n\nThe whole gate, or only the named steps of it:\n');
  for (const step of steps) console.log(`  ${step.name.padEnd(9)}${step.title}`);
  process.exit(unknown.length > 0 ? 2 : 0);
}

rmSync(path.join(root, TEST_REPORT), { force: true });
const results: StepResult[] = [];
for (const step of steps) {
  if (positionals.length > 0 && !positionals.includes(step.name)) continue;
  console.log(
    `\n── ${step.title} (${step.name}) ${'─'.repeat(Math.max(0, 70 - step.title.length - step.name.length))}`,
  );
  const result = await runStep(step, root);
  results.push(result);
  console.log(`   ${result.exitCode === 0 ? '✓' : '✗'} ${step.name} ${result.seconds.toFixed(1)} s`);
  if (result.exitCode !== 0 && !values['keep-going']) break;
}

const failed = results.filter((result) => result.exitCode !== 0);
const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
const notRun = steps.length - results.length;
console.log(`\n── Gate ${'─'.repeat(68)}`);
for (const { step, exitCode, seconds: took } of results) {
  console.log(`   ${exitCode === 0 ? '✓' : '✗'} ${step.name.padEnd(9)}${took.toFixed(1).padStart(7)} s`);
}
if (notRun > 0) console.log(`   ${notRun} of ${steps.length} steps were not run`);
console.log(`   ${failed.length === 0 ? 'passed' : 'FAILED'} in ${seconds.toFixed(1)} s\n`);
console.log(countsLine(countTests(readReport(), failed.length === 0 ? 0 : 1)));
process.exitCode = failed.length === 0 ? 0 : 1;

function readReport(): TestReport | null {
  try {
    return JSON.parse(readFileSync(path.join(root, TEST_REPORT), 'utf8')) as TestReport;
  } catch {
    return null;
  }
}
