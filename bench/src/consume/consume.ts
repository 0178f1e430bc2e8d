/**
 * `pnpm bench consume`: a consumer group that reads a log and commits its offsets, beside a bare cursor over the same
 * table in the same process; and how soon a waiting consumer hears of one event.
 */
import { ledgerMigrations } from '@northwind/event-store';
import { migrate } from '@northwind/service-kit';
import type { Benchmark, Figure, RunContext, RunResult } from '../harness/benchmark.ts';
import { collectGarbage } from '../harness/collect-garbage.ts';
import { peakMemoryMib } from '../harness/peak-memory.ts';
import { peerVersions } from '../harness/peer-versions.ts';
import { quantile } from '../harness/summarise-runs.ts';
import { startBenchServer, withClient } from '../postgres/bench-server.ts';
import { fillLog } from '../workload/fill-log.ts';
import { measureCursor, measureGroup, type Reading } from './measure-groups.ts';
import { measureWakeUp } from './measure-wake-up.ts';

export const consume: Benchmark = {
  name: 'consume',
  summary: 'a consumer group beside a bare cursor, and its wake-up when idle',
  runs: 3,
  parameters: { events: 500_000, single: 400 },
  parts: ['rate', 'wake-up'],
  run,
};

const MIGRATED = 'bench_migrated';
const CURSOR = 'bare cursor, 1,000 rows a read';

async function run({ parameters, wants, signal, progress }: RunContext): Promise<RunResult> {
  const { events = 0, single = 0 } = parameters;
  await using server = await startBenchServer();
  await server.createTemplate(MIGRATED, async (url) => void (await migrate(url, [ledgerMigrations])));
  const figures: Figure[] = [];
  if (wants('rate')) {
    progress(`filling a log with ${events} events`);
    await server.withDatabase(async (url) => {
      await withClient(url, (client) => fillLog(client, { count: events, keys: 'time-prefixed', signal }));
      figures.push(...(await measureRates({ url, events, signal })));
    }, MIGRATED);
  }
  if (wants('wake-up')) {
    progress(`one event at a time, ${single} times`);
    const latenciesMs = await server.withDatabase((url) => measureWakeUp({ url, events: single, signal }), MIGRATED);
    const quantiles = { p50: 0.5, p99: 0.99, max: 1 };
    for (const [name, q] of Object.entries(quantiles)) {
      figures.push({ metric: `committed → handler, idle, ${name}`, value: quantile(latenciesMs, q), unit: 'ms' });
    }
  }
  figures.push({ metric: 'peak memory of the reader', value: peakMemoryMib(process.pid), unit: 'MiB' });
  return { figures, versions: { postgresql: server.version, ...peerVersions(['pg', 'pg-cursor']) } };
}

/** The first pass of each compiles its code and fills the server's cache, and does not count. */
async function measureRates(reading: Reading): Promise<Figure[]> {
  await measureCursor(reading);
  await measureGroup(reading, { group: 'bench_warm_up' });
  collectGarbage();
  const cursor = await measureCursor(reading);
  collectGarbage();
  const group = await measureGroup(reading, { group: 'bench_default' });
  collectGarbage();
  const small = await measureGroup(reading, { group: 'bench_small', batchSizeMax: 1_000 });
  return [
    { metric: CURSOR, value: cursor, unit: 'events/s' },
    { metric: 'consumer group', value: group, unit: 'events/s', comparedWith: CURSOR },
    { metric: 'consumer group, 1,000 a batch', value: small, unit: 'events/s', comparedWith: CURSOR },
  ];
}
