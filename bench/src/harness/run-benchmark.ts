/** Runs a benchmark as often as asked and sums the runs up. The first void run ends it: the rest would not count. */
import { type Benchmark, type RunContext, type RunResult, VoidRun } from './benchmark.ts';
import { type SummaryRow, summariseRuns } from './summarise-runs.ts';

export interface Report {
  readonly benchmark: string;
  readonly runs: number;
  readonly parameters: Readonly<Record<string, number>>;
  readonly rows: readonly SummaryRow[];
  readonly versions: Readonly<Record<string, string>>;
  readonly voidBecause: string | null;
}

export interface RunOptions extends RunContext {
  readonly runs: number;
}

export async function runBenchmark(benchmark: Benchmark, options: RunOptions): Promise<Report> {
  const { runs, ...context } = options;
  const { parameters, signal, progress } = context;
  const results: RunResult[] = [];
  let voidBecause: string | null = null;
  for (let n = 1; n <= runs && voidBecause === null; n += 1) {
    signal.throwIfAborted();
    progress(`run ${n} of ${runs}`);
    const result = await benchmark.run(context).catch(voided);
    results.push(result);
    voidBecause = result.voidBecause ?? null;
  }
  return {
    benchmark: benchmark.name,
    runs: results.length,
    parameters,
    rows: summariseRuns(results),
    versions: { node: process.version, ...results[0]?.versions },
    voidBecause,
  };
}

function voided(error: unknown): RunResult {
  if (!(error instanceof VoidRun)) throw error;
  return { figures: [], versions: {}, voidBecause: error.message };
}
