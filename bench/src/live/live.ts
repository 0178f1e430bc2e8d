/**
 * `pnpm bench live`: events committed to the log at a fixed rate (open loop), and for each the time until a SELECT on
 * the read models gives its rows. The projector is a process of its own, on read models that hold a log's events
 * already; appender, reader and clock are this process.
 */
import { ledgerMigrations } from '@northwind/event-store';
import { readMigrations } from '@northwind/projector';
import { migrate, systemClock } from '@northwind/service-kit';
import type { Benchmark, Figure, RunContext, RunResult } from '../harness/benchmark.ts';
import { peakMemoryMib } from '../harness/peak-memory.ts';
import { peerVersions } from '../harness/peer-versions.ts';
import { quantile } from '../harness/summarise-runs.ts';
import { startBenchServer, withClient } from '../postgres/bench-server.ts';
import { expectProjected } from '../project/expect-projected.ts';
import { fillMixedLog } from '../workload/fill-mixed-log.ts';
import { skewedShares } from '../workload/merchant-shares.ts';
import { MERCHANTS } from '../workload/payment-stream.ts';
import { runChild } from '../writer/run-child.ts';
import { measureLive } from './measure-live.ts';

export const live: Benchmark = {
  name: 'live',
  summary: 'committed in the log → visible in the read models, at a fixed rate',
  runs: 3,
  parameters: { rate: 1_000, seconds: 30, merchants: 500, stored: 50_000 },
  run,
};

const PROJECTOR = new URL('./projector-process.ts', import.meta.url);
const WATCH_MS = 100;

async function run({ parameters, signal, progress }: RunContext): Promise<RunResult> {
  const { rate = 0, seconds = 0, merchants = 0, stored = 0 } = parameters;
  await using server = await startBenchServer();
  const figures = await server.withDatabase(async (url) => {
    await migrate(url, [ledgerMigrations, readMigrations]);
    await withClient(url, (client) => fillMixedLog(client, { count: stored, shares: skewedShares(MERCHANTS), signal }));
    await using projector = runChild(PROJECTOR, { DATABASE_URL: url });
    progress(`the projector catches up with ${stored} events`);
    await untilCaughtUp(url, signal);
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

const LAG = `
  select sum(p.next_offset - coalesce(o.next_offset, 0)) as lag
  from read.generations g cross join ledger.partitions p
  left join ledger.consumer_offsets o on o.consumer_group = g.consumer_group and o.partition = p.partition
  where g.status = 'active'`;

function untilCaughtUp(url: string, signal: AbortSignal): Promise<void> {
  return withClient(url, async (client) => {
    for (;;) {
      const { rows } = await client.query<{ lag: string }>(LAG);
      if (Number(rows[0]?.lag) === 0) return;
      await systemClock.sleep(WATCH_MS, signal);
    }
  });
}
