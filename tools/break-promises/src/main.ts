/**
 * Breaks each promise of packages/event-store/SPEC.md in the code, one break at a time, and demands that a test which
 * SPEC.md names then fails, and for the right reason. First every test has to pass with nothing broken.
 *
 * A migration that is broken is not the one that migrations.lock has. The tests do not ask: each makes its database
 * from the files as they are, and its template is named by what is in them. Only the gate compares the two.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { breakFile } from './break-file.ts';
import { type Break, breakIds } from './breaks/break.ts';
import { BREAKS } from './breaks.ts';
import { judgeBreak, notGreen, type Verdict } from './judge-break.ts';
import { type PromiseRow, readPromises, SPEC } from './read-promises.ts';
import { runTests } from './run-tests.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const promises = readPromises(readFileSync(path.join(root, SPEC), 'utf8'));
const ids = breakIds(BREAKS);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h' }, failures: { type: 'boolean' } },
});
const unknown = positionals.filter(
  (id) => !promises.some((promise) => promise.id === id) && ![...ids.values()].includes(id),
);
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) console.error(`Unknown: ${unknown.join(', ')}\n`);
  console.log('Usage: break-promises [--failures] [id …]\n');
  console.log('Breaks every promise of the log (or these: L1, or one break: L1.2) and demands that its test fails.');
  console.log('  --failures   print what the failed tests said');
  process.exit(unknown.length > 0 ? 2 : 0);
}

const isWanted = (promise: string, id = promise) =>
  positionals.length === 0 || positionals.includes(promise) || positionals.includes(id);
const breaks = BREAKS.filter((each) => isWanted(each.promise, ids.get(each)));
const wanted = promises.filter(({ id }) => isWanted(id) || breaks.some(({ promise }) => promise === id));
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());

try {
  assertCommitted([...new Set(breaks.map(({ file }) => file))]);
  await assertGreen(wanted);
  process.exitCode = (await breakAll(wanted)) ? 0 : 1;
} catch (error) {
  if (!(error instanceof Error)) throw error;
  console.error(stop.signal.aborted ? '\nStopped; every file is as it was.' : error.message);
  process.exitCode = stop.signal.aborted ? 130 : 2;
}

/** What is broken is written back as it was read, so nothing that is not committed may be in the way. */
function assertCommitted(files: readonly string[]): void {
  const changed = execFileSync('git', ['status', '--porcelain', '--', ...files], { cwd: root, encoding: 'utf8' });
  if (changed !== '') throw new Error(`Commit or take back first what is changed in the files to break:\n${changed}`);
}

async function assertGreen(rows: readonly PromiseRow[]): Promise<void> {
  const tests = rows.flatMap((row) => row.tests);
  const run = await runTests(root, tests, stop.signal);
  const problems = notGreen(tests, run);
  if (problems.length > 0) throw new Error(`With nothing broken:\n${problems.join('\n')}`);
  console.log(`Nothing broken: ${run.tests.length} tests of ${rows.length} promises passed.\n`);
}

async function breakAll(rows: readonly PromiseRow[]): Promise<boolean> {
  let found = 0;
  let broken = 0;
  for (const row of rows) {
    const own = breaks.filter(({ promise }) => promise === row.id);
    if (own.length === 0) console.log(`${row.id} has no break: write one in tools/break-promises/src/breaks`);
    const verdicts: Verdict[] = [];
    for (const each of own) verdicts.push(await breakOne(each, row));
    if (own.length > 0) broken += 1;
    if (own.length > 0 && verdicts.every(({ kind }) => kind === 'red')) found += 1;
  }
  console.log(`\n${broken} promises broken, ${found} found`);
  return broken === rows.length && found === broken;
}

async function breakOne(each: Break, row: PromiseRow): Promise<Verdict> {
  const startedMs = performance.now();
  using _ = breakFile(root, each);
  const verdict = judgeBreak(each, row.tests, await runTests(root, row.tests, stop.signal));
  const seconds = `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
  console.log(`${ids.get(each)?.padEnd(5)} ${verdict.kind.padEnd(8)}${seconds.padStart(7)}  ${each.note}`);
  if (values.failures || verdict.kind !== 'red') for (const line of verdict.details) console.log(`      ${line}`);
  return verdict;
}
