import type { ProofTest } from '../../tidy/src/rules/read-proofs.ts';
import type { Break } from './breaks/break.ts';
import { isTitleOf, type TestRun } from './run-tests.ts';

export interface Verdict {
  /**
   * - `red`: a test failed, and said what is wrong.
   * - `GREEN`: every test passed: none guards the promise.
   * - `ODD`: it failed, and said something else: what broke is perhaps not the promise.
   * - `NOT RUN`: a test did not run, so nothing is known.
   */
  readonly kind: 'red' | 'GREEN' | 'ODD' | 'NOT RUN';
  readonly details: readonly string[];
}

const DETAIL_COLUMNS = 160;

export function judgeBreak({ shows }: Pick<Break, 'shows'>, named: readonly ProofTest[], run: TestRun): Verdict {
  const failed = run.tests.filter(({ passed }) => !passed);
  const details = [...failed.map(({ title, failure }) => `${title}: ${failure}`), ...run.others].map(toLine);
  const notRun = named.filter((test) => !hasRun(test, run));
  if (failed.some(({ failure }) => failure.includes(shows))) return { kind: 'red', details };
  if (failed.length > 0) return { kind: 'ODD', details: [`no failure says "${shows}"`, ...details] };
  if (notRun.length > 0) return { kind: 'NOT RUN', details: [...notRun.map(({ title }) => title), ...details] };
  return { kind: 'GREEN', details };
}

/** What is wrong before anything is broken. */
export function notGreen(named: readonly ProofTest[], run: TestRun): string[] {
  const notRun = named.filter((test) => !hasRun(test, run));
  const failed = run.tests.filter(({ passed }) => !passed);
  return [
    ...notRun.map(({ file, title }) => `${file} ran no test "${title}"`),
    ...failed.map(({ file, title, failure }) => `${file} "${title}" failed: ${failure}`),
    ...run.others,
  ];
}

function hasRun(test: ProofTest, run: TestRun): boolean {
  return run.tests.some(({ file, title }) => file === test.file && isTitleOf(test, title));
}

function toLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > DETAIL_COLUMNS ? `${line.slice(0, DETAIL_COLUMNS)}…` : line;
}
