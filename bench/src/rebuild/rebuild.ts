/**
 * `pnpm bench rebuild`: `settle rebuild` of a whole log with every read model, while the projector keeps the active
 * generation, beside Emmett's fastest rebuild of one balance and two limits. The comparison must find both generations
 * equal, or the run does not count.
 */
import { ledgerMigrations } from '@northwind/event-store';
import {
  promote,
  type RebuildStep,
  readMigrations,
  rebuild as rebuildGeneration,
  rebuildSessions,
  rollBack,
} from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import { migrate, openDatabase, systemClock } from '@northwind/service-kit';
import { type Benchmark, type Figure, type RunContext, type RunResult, VoidRun } from '../harness/benchmark.ts';
import { collectGarbage } from '../harness/collect-garbage.ts';
import { peakMemoryMib } from '../harness/peak-memory.ts';
import { peerVersions } from '../harness/peer-versions.ts';
import { startProjector } from '../live/start-projector.ts';
import { startBenchServer } from '../postgres/bench-server.ts';
import { compareWithPeers, measurePeers, type PeersContext } from '../project/measure-peers.ts';
import { type UnreadLog, withLog } from '../project/with-log.ts';
import { skewedShares } from '../workload/merchant-shares.ts';
import { MERCHANTS } from '../workload/payment-stream.ts';

export const rebuild: Benchmark = {
  name: 'rebuild',
  summary: 'settle rebuild with every read model, the comparison, promotion and rollback, beside Emmett and the limits',
  runs: 1,
  parameters: { events: 1_200_000, 'emmett-events': 20_000, lanes: 3 },
  run,
};

const MIGRATED = 'bench_migrated';
const OURS = 'rebuild, all read models';

async function run({ parameters, signal, progress }: RunContext): Promise<RunResult> {
  const { events = 0, 'emmett-events': emmettEvents = 0, lanes = 0 } = parameters;
  await using server = await startBenchServer();
  await server.createTemplate(MIGRATED, async (url) => void (await migrate(url, [ledgerMigrations, readMigrations])));
  const context: PeersContext = { server, migrated: MIGRATED, emmettEvents, signal, progress };
  const figures = await withLog({ events, shares: skewedShares(MERCHANTS) }, context, async (log) => {
    progress('the projector catches up');
    await using _projector = await startProjector(log.url, signal);
    const measured = await measureRebuild(log, lanes, progress);
    const [ours] = measured;
    if (ours === undefined) throw new VoidRun('nothing was measured');
    return [...measured, ...(await measurePeers(log, context)), ...compareWithPeers(ours)];
  });
  figures.push({ metric: 'peak memory of the client', value: peakMemoryMib(process.pid), unit: 'MiB' });
  const versions = peerVersions(['pg', 'pg-cursor', '@event-driven-io/emmett-postgresql']);
  return { figures, versions: { postgresql: server.version, ...versions } };
}

async function measureRebuild(
  { url, events, signal }: UnreadLog,
  lanes: number,
  progress: RunContext['progress'],
): Promise<Figure[]> {
  await using database = openDatabase<ReadTables>({ url, applicationName: 'bench rebuild', ...rebuildSessions(lanes) });
  collectGarbage();
  const startMs = systemClock.monotonicMs();
  let comparingMs = startMs;
  const onStep = ({ step }: RebuildStep) => {
    if (step === 'comparing') comparingMs = systemClock.monotonicMs();
  };
  const rebuilt = await rebuildGeneration({ database, lanes, signal, onStep });
  const comparedMs = systemClock.monotonicMs();
  if (!rebuilt.comparison.isEqual) throw new VoidRun('the rebuilt generation differs from the live one');
  const filledSeconds = (comparingMs - startMs) / 1000;
  progress(`rebuilt in ${filledSeconds.toFixed(1)} s, compared in ${((comparedMs - comparingMs) / 1000).toFixed(1)} s`);
  await promote({ database, rebuilt });
  const promotedMs = systemClock.monotonicMs();
  await rollBack(database, { actor: 'bench', reason: 'measured' });
  return [
    { metric: OURS, value: events / filledSeconds, unit: 'events/s' },
    { metric: 'rebuild', value: filledSeconds, unit: 's' },
    { metric: 'comparison', value: (comparedMs - comparingMs) / 1000, unit: 's' },
    { metric: 'promotion', value: promotedMs - comparedMs, unit: 'ms' },
    { metric: 'rollback', value: systemClock.monotonicMs() - promotedMs, unit: 'ms' },
  ];
}
