/**
 * `pnpm bench live`: events committed to the log at a fixed rate (open loop), and for each the time until a SELECT on
 * the read models gives its rows. The projector is a process of its own, on read models that hold a log's events
 * already; appender, reader and clock are this process.
 */
import { ledgerMigrations } from '@northwind/event-store';
import { readMigrations } from '@northwind/projector';
import { migrate } from '@northwind/service-kit';
import type { Benchmark, Figure, RunContext, RunResult } from '../harness/benchmark.ts';
import { peakMemoryMib } from '../harness/peak-memory.ts';
import { peerVersions } from '../harness/peer-versions.ts';
import { quantile } from '../harness/summarise-runs.ts';
import { startBenchServer, withClient } from '../postgres/bench-server.ts';
import { expectProjected } from '../project/expect-projected.ts';
import { fillMixedLog } from '../workload/fill-mixed-log.ts';
import { skewedShares } from '../workload/merchant-shares.ts';
import { MERCHANTS } from '../workload/payment-stream.ts';
import { measureLive } from './measure-live.ts';
import { startProjector } from './start-projector.ts';

export const live: Benchmark = {
  name: 'live',
  summary: 'committed in the log → visible in the read models, at a fixed rate',
  runs: 3,
  parameters: { rate: 1_000, seconds: 30, merchants: 500, stored: 50_000 },
  run,
};

async function run({ parameters, signal, progress }: RunContext): Promise<RunResult> {
  const { rate = 0, seconds = 0, merchants = 0, stored = 0 } = parameters;
  await using server = await startBenchServer();
  const figures = await server.withDatabase(async (url) => {
    await migrate(url, [ledgerMigrations, readMigrations]);
    await withClient(url, (client) => fillMixedLog(client, { count: stored, shares: skewedShares(MERCHANTS), signal }));
    progress(`the projector catches up with ${stored} events`);
    await using projector = await startProjector(url, signal);
    progress(`${rate} events a second for ${seconds} s`);
    const latencies = await measureLive({ url, ratePerSecond: rate, seconds, merchants, signal });
    const memory = peakMemoryMib(projector.pid);
    await expectProjected(url);
    return [
      ...figuresOf('committed → visible', latencies.fromCommitMs),
      ...figuresOf('due → visible', latencies.fromDueMs),
      { metric: 'measured', value: latencies.fromCommitMs.length, unit: 'events' },
      { metric: 'peak memory of the projector', value: memory, unit: 'MiB' },
    ];
  });
  return { figures, versions: { postgresql: server.version, ...peerVersions(['pg']) } };
}

function figuresOf(what: string, latenciesMs: readonly number[]): Figure[] {
  const quantiles = { p50: 0.5, p99: 0.99, max: 1 };
  return Object.entries(quantiles).map(([name, q]) => ({
    metric: `${what} ${name}`,
    value: quantile(latenciesMs, q),
    unit: 'ms',
  }));
}
