/** Exit codes: 0 done, 1 a target is missed (--check) or it failed, 2 wrong arguments, 3 the run is void. */
import { append } from './append/append.ts';
import { asOf } from './asof/as-of.ts';
import { consume } from './consume/consume.ts';
import { deliver } from './deliver/deliver.ts';
import { endToEnd } from './e2e/end-to-end.ts';
import { growth } from './growth/growth.ts';
import { checkTargets } from './harness/check-targets.ts';
import { formatReport } from './harness/print-report.ts';
import { readArguments, UsageError } from './harness/read-arguments.ts';
import { runBenchmark } from './harness/run-benchmark.ts';
import { live } from './live/live.ts';
import { outage } from './outage/outage.ts';
import { project } from './project/project.ts';
import { queries } from './queries/queries.ts';
import { rebuild } from './rebuild/rebuild.ts';
import { writer } from './writer/writer.ts';
import { writerMemory } from './writer/writer-memory.ts';

const benchmarks = [
  append,
  consume,
  writer,
  writerMemory,
  outage,
  growth,
  project,
  rebuild,
  live,
  asOf,
  queries,
  deliver,
  endToEnd,
];
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new Error('interrupted')));
process.once('SIGTERM', () => interrupted.abort(new Error('interrupted')));

async function main(): Promise<number> {
  const { benchmark, json, check, runs, parameters, only } = readArguments(process.argv.slice(2), benchmarks);
  const progress = (line: string) => process.stderr.write(`${benchmark.name}: ${line}\n`);
  const wants = (part: string) => only?.includes(part) ?? true;
  const report = await runBenchmark(benchmark, { runs, parameters, wants, signal: interrupted.signal, progress });
  const missed = check ? checkTargets(benchmark.name, report.rows) : [];
  const text = json ? JSON.stringify({ ...report, ...(check && { missed }) }, null, 2) : formatReport(report);
  process.stdout.write(`${text}\n`);
  if (report.voidBecause !== null) return 3;
  for (const line of missed) process.stderr.write(`missed: ${line}\n`);
  if (check && missed.length === 0) process.stderr.write('every target is met\n');
  return missed.length > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
