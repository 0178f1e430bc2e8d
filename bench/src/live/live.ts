/**
 * `pnpm bench live`: events committed to the log at a fixed rate (open loop), and for each the time until its rows are
 * committed to the read models; then the same while the read models are rebuilt beside it. Projector and rebuild are
 * processes of their own, on read models that hold a log's events already; appender and clock are this process.
 */
import { ledgerMigrations } from '@northwind/event-store';
import { readMigrations } from '@northwind/projector';
import { migrate } from '@northwind/service-kit';
import { type Benchmark, type Figure, type RunContext, type RunResult, VoidRun } from '../harness/benchmark.ts';
import { peakMemoryMib } from '../harness/peak-memory.ts';
import { peerVersions } from '../harness/peer-versions.ts';
import { quantile } from '../harness/summarise-runs.ts';
import { startBenchServer, withClient } from '../postgres/bench-server.ts';
import { expectProjected } from '../project/expect-projected.ts';
import { fillMixedLog } from '../workload/fill-mixed-log.ts';
import { skewedShares } from '../workload/merchant-shares.ts';
import { MERCHANTS } from '../workload/payment-stream.ts';
import { runChild } from '../writer/run-child.ts';
import { measureLive, WARM_UP_SECONDS } from './measure-live.ts';
import { startProjector } from './start-projector.ts';
import type { VisibleLatencies } from './visible-latencies.ts';

export const live: Benchmark = {
  name: 'live',
  summary: 'committed in the log → visible in the read models, at a fixed rate, and beside a rebuild',
  runs: 3,
  parameters: { rate: 1_000, seconds: 30, merchants: 500, stored: 200_000 },
  parts: ['load', 'rebuild'],
  run,
};

const REBUILD = new URL('./rebuild-process.ts', import.meta.url);
/** Fewer say nothing of a p99. */
const COUNTED_MIN = 1_000;

async function run({ parameters, wants, signal, progress }: RunContext): Promise<RunResult> {
  const { rate = 0, seconds = 0, merchants = 0, stored = 0 } = parameters;
  await using server = await startBenchServer(['track_commit_timestamp=on']);
  const figures = await server.withDatabase(async (url) => {
    await migrate(url, [ledgerMigrations, readMigrations]);
    await withClient(url, (client) => fillMixedLog(client, { count: stored, shares: skewedShares(MERCHANTS), signal }));
    progress(`the projector catches up with ${stored} events`);
    await using projector = await startProjector(url, signal);
    const load = { url, ratePerSecond: rate, seconds, merchants, signal };
    progress(`${rate} events a second for ${seconds} s`);
    const measured = figuresOf(ALONE, await measureLive(load));
    if (wants('rebuild')) {
      progress('the same, while the read models are rebuilt');
      const after = rate * (seconds + WARM_UP_SECONDS);
      measured.push(...figuresOf(BESIDE, await measureLive({ ...load, after, beside: () => rebuildOnce(url) }), ALONE));
    }
    measured.push({ metric: 'peak memory of the projector', value: peakMemoryMib(projector.pid), unit: 'MiB' });
    await expectProjected(url);
    return measured;
  });
  return { figures, versions: { postgresql: server.version, ...peerVersions(['pg']) } };
}

const ALONE = '';
const BESIDE = ', beside a rebuild';

/** Throws VoidRun when the generation that it made is not the live one's equal. */
async function rebuildOnce(url: string): Promise<void> {
  await using child = runChild(REBUILD, { DATABASE_URL: url });
  const { isEqual } = (await child.next()) as { isEqual: boolean };
  if (!isEqual) throw new VoidRun('the rebuilt generation differs from the live one');
}

function figuresOf(when: string, { fromCommitMs, fromDueMs }: VisibleLatencies, comparedWith?: string): Figure[] {
  if (fromCommitMs.length < COUNTED_MIN) {
    throw new VoidRun(`only ${fromCommitMs.length} events counted${when}; give it more --seconds, or more --stored`);
  }
  const quantiles = { p50: 0.5, p99: 0.99, max: 1 };
  const latencies = { 'committed → visible': fromCommitMs, 'due → visible': fromDueMs };
  const figures = Object.entries(latencies).flatMap(([what, latenciesMs]) =>
    Object.entries(quantiles).map(([name, q]) => ({
      metric: `${what} ${name}${when}`,
      value: quantile(latenciesMs, q),
      unit: 'ms',
      ...(comparedWith !== undefined && { comparedWith: `${what} ${name}${comparedWith}` }),
    })),
  );
  return [...figures, { metric: `measured${when}`, value: fromCommitMs.length, unit: 'events' }];
}
