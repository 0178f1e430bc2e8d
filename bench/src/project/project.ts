/**
 * `pnpm bench project`: two projectors that have the whole log before them, with all read models, beside Emmett's
 * fastest rebuild of one balance and two limits: an ordered cursor with a fold in memory, and one statement inside the
 * server. And the same log size with 30 % of all events on one merchant, beside one of equal merchants.
 */
import { ledgerMigrations } from '@northwind/event-store';
import { readMigrations } from '@northwind/projector';
import { migrate } from '@northwind/service-kit';
import type { Benchmark, Figure, RunContext, RunResult } from '../harness/benchmark.ts';
import { peakMemoryMib } from '../harness/peak-memory.ts';
import { peerVersions } from '../harness/peer-versions.ts';
import { startBenchServer } from '../postgres/bench-server.ts';
import { hotShares, skewedShares, uniformShares } from '../workload/merchant-shares.ts';
import { MERCHANTS } from '../workload/payment-stream.ts';
import { measureCursorFold } from './measure-limits.ts';
import { compareWithPeers, measurePeers, type PeersContext } from './measure-peers.ts';
import { measureProjector } from './measure-projector.ts';
import { type LogContext, withLog } from './with-log.ts';

export const project: Benchmark = {
  name: 'project',
  summary: 'catch-up of a whole log with all read models, beside Emmett and the limits; one hot merchant',
  runs: 3,
  parameters: { events: 200_000, 'emmett-events': 20_000 },
  parts: ['catch-up', 'hot'],
  run,
};

const MIGRATED = 'bench_migrated';
/** Applied before anything counts: by then the code is compiled. */
const WARM_UP_EVENTS = 20_000;
const HOT_SHARE = 0.3;

const OURS = 'two projectors, all read models';
const UNIFORM = 'two projectors, equal merchants';

async function run({ parameters, wants, signal, progress }: RunContext): Promise<RunResult> {
  const { events = 0, 'emmett-events': emmettEvents = 0 } = parameters;
  await using server = await startBenchServer();
  await server.createTemplate(MIGRATED, async (url) => void (await migrate(url, [ledgerMigrations, readMigrations])));
  const context = { server, migrated: MIGRATED, emmettEvents, signal, progress };
  await withLog({ events: WARM_UP_EVENTS, shares: skewedShares(MERCHANTS) }, context, async (log) => {
    await measureProjector(log);
    await measureCursorFold(log);
  });
  const figures: Figure[] = [];
  if (wants('catch-up')) figures.push(...(await measureCatchUp(events, context)));
  if (wants('hot')) figures.push(...(await measureHot(events, context)));
  figures.push({ metric: 'peak memory of the client', value: peakMemoryMib(process.pid), unit: 'MiB' });
  const versions = peerVersions(['pg', 'pg-cursor', '@event-driven-io/emmett-postgresql']);
  return { figures, versions: { postgresql: server.version, ...versions } };
}

function measureCatchUp(events: number, context: PeersContext): Promise<Figure[]> {
  return withLog({ events, shares: skewedShares(MERCHANTS) }, context, async (log) => {
    const ours = { metric: OURS, value: await measureProjector(log), unit: 'events/s' };
    context.progress(`${OURS}: ${Math.round(ours.value).toLocaleString('en-US')} events/s`);
    return [ours, ...(await measurePeers(log, context)), ...compareWithPeers(ours)];
  });
}

async function measureHot(events: number, context: LogContext): Promise<Figure[]> {
  const uniform = await withLog({ events, shares: uniformShares(MERCHANTS) }, context, measureProjector);
  const hot = await withLog({ events, shares: hotShares(MERCHANTS, HOT_SHARE) }, context, measureProjector);
  return [
    { metric: UNIFORM, value: uniform, unit: 'events/s' },
    { metric: 'one merchant with 30 %', value: hot, unit: 'events/s', comparedWith: UNIFORM },
  ];
}
