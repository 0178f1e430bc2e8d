/**
 * `pnpm bench asof`: balances, a payout, statements and the trial balance as of random places in a log of a million
 * events, half of them asked for by coordinate, half by time; beside the same questions asked about now, and beside a
 * replay of the log up to the place, which must come to the same.
 */
import { ledgerMigrations } from '@northwind/event-store';
import { readMigrations } from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import { migrate, openDatabase } from '@northwind/service-kit';
import type { Benchmark, Figure, RunContext, RunResult } from '../harness/benchmark.ts';
import { peerVersions } from '../harness/peer-versions.ts';
import { quantile } from '../harness/summarise-runs.ts';
import { startBenchServer, withClient } from '../postgres/bench-server.ts';
import { measureProjector } from '../project/measure-projector.ts';
import { fillMixedLog } from '../workload/fill-mixed-log.ts';
import { skewedShares } from '../workload/merchant-shares.ts';
import { MERCHANTS } from '../workload/payment-stream.ts';
import { seededUnits } from '../workload/seeded-units.ts';
import { choosePlaces } from './choose-places.ts';
import { type Timings, timeQuestions } from './time-questions.ts';

export const asOf: Benchmark = {
  name: 'asof',
  summary:
    'balances, payouts, statements, the trial balance as of any place, beside now and beside a replay of the log',
  runs: 1,
  parameters: { events: 1_000_000, reads: 1_000, replays: 50 },
  run,
};

const SEED = 7;

async function run({ parameters, signal, progress }: RunContext): Promise<RunResult> {
  const { events = 0, reads = 0, replays = 0 } = parameters;
  await using server = await startBenchServer();
  const timings = await server.withDatabase(async (url) => {
    await migrate(url, [ledgerMigrations, readMigrations]);
    progress(`filling a log with ${events.toLocaleString('en-US')} events`);
    await withClient(url, (client) => fillMixedLog(client, { count: events, shares: skewedShares(MERCHANTS), signal }));
    progress('applying them');
    await measureProjector({ url, events, signal });
    progress(`asking at ${reads} places`);
    await using database = openDatabase<ReadTables>({ url, applicationName: 'bench', connectionsMax: 1 });
    return await withClient(url, async (client) => {
      await client.query('vacuum (analyze)');
      await client.query('checkpoint');
      const places = await choosePlaces(client, reads, seededUnits(SEED));
      return timeQuestions({ db: database.db, client, places, replays, signal });
    });
  });
  return { figures: timings.flatMap(toFigures), versions: { postgresql: server.version, ...peerVersions(['pg']) } };
}

function toFigures({ name, asOf: past, live, replayed }: Timings): Figure[] {
  const figure = (what: string, values: readonly number[], q: number): Figure => ({
    metric: `${name} ${what} p${q * 100}`,
    value: quantile(values, q),
    unit: 'ms',
  });
  return [
    { ...figure('as of', past, 0.5), comparedWith: `${name} live p50` },
    { ...figure('as of', past, 0.99), comparedWith: `${name} live p99` },
    figure('live', live, 0.5),
    figure('live', live, 0.99),
    { ...figure('replayed', replayed, 0.5), comparedWith: `${name} as of p50` },
  ];
}
