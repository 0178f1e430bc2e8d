/**
 * `pnpm bench project`: a projector that has the whole log before it, with all read models, beside Emmett's fastest
 * rebuild of one balance and two limits: an ordered cursor with a fold in memory, and one statement inside the server.
 * And the same log size with 30 % of all events on one merchant, beside one of equal merchants.
 */
import { ledgerMigrations } from '@northwind/event-store';
import { readMigrations } from '@northwind/projector';
import { migrate } from '@northwind/service-kit';
import type { Benchmark, Figure, RunContext, RunResult } from '../harness/benchmark.ts';
import { collectGarbage } from '../harness/collect-garbage.ts';
import { peakMemoryMib } from '../harness/peak-memory.ts';
import { peerVersions } from '../harness/peer-versions.ts';
import { type BenchServer, startBenchServer, withClient } from '../postgres/bench-server.ts';
import { fillMixedLog } from '../workload/fill-mixed-log.ts';
import { hotShares, type MerchantShares, skewedShares, uniformShares } from '../workload/merchant-shares.ts';
import { MERCHANTS } from '../workload/payment-stream.ts';
import { measureEmmettRebuild } from './measure-emmett.ts';
import { measureCursorFold, measureOneStatement } from './measure-limits.ts';
import { type CatchUp, measureProjector } from './measure-projector.ts';
import type { BalanceEvent } from './one-balance.ts';

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

const OURS = 'projector, all read models';
const EMMETT = 'Emmett’s rebuild, one balance, 1,000 a batch';
const CURSOR = 'limit: ordered cursor, one balance in Node';
const STATEMENT = 'limit: one SQL statement, one balance';
const UNIFORM = 'projector, equal merchants';

async function run({ parameters, wants, signal, progress }: RunContext): Promise<RunResult> {
  const { events = 0, 'emmett-events': emmettEvents = 0 } = parameters;
  await using server = await startBenchServer();
  await server.createTemplate(MIGRATED, async (url) => void (await migrate(url, [ledgerMigrations, readMigrations])));
  const context = { server, signal, progress };
  await withLog({ events: WARM_UP_EVENTS, shares: skewedShares(MERCHANTS) }, context, async (log) => {
    await measureProjector(log);
    await measureCursorFold(log);
  });
  const figures: Figure[] = [];
  if (wants('catch-up')) figures.push(...(await measureCatchUp({ events, emmettEvents }, context)));
  if (wants('hot')) figures.push(...(await measureHot(events, context)));
  figures.push({ metric: 'peak memory of the client', value: peakMemoryMib(process.pid), unit: 'MiB' });
  const versions = peerVersions(['pg', 'pg-cursor', '@event-driven-io/emmett-postgresql']);
  return { figures, versions: { postgresql: server.version, ...versions } };
}

type Context = Pick<RunContext, 'signal' | 'progress'> & { readonly server: BenchServer };

interface Log {
  readonly events: number;
  readonly shares: MerchantShares;
}

/** On a migrated database with that log, which nothing has read. */
function withLog<T>(
  { events, shares }: Log,
  { server, signal, progress }: Context,
  use: (log: CatchUp) => Promise<T>,
): Promise<T> {
  progress(`filling a log with ${events.toLocaleString('en-US')} events`);
  return server.withDatabase(async (url) => {
    await withClient(url, (client) => fillMixedLog(client, { count: events, shares, signal }));
    collectGarbage();
    return use({ url, events, signal });
  }, MIGRATED);
}

interface Sizes {
  readonly events: number;
  readonly emmettEvents: number;
}

async function measureCatchUp({ events, emmettEvents }: Sizes, context: Context): Promise<Figure[]> {
  const { server, progress } = context;
  const told = (metric: string, value: number): Figure => {
    progress(`${metric}: ${Math.round(value).toLocaleString('en-US')} events/s`);
    collectGarbage();
    return { metric, value, unit: 'events/s' };
  };
  return withLog({ events, shares: skewedShares(MERCHANTS) }, context, async (log) => {
    const cursor = told(CURSOR, await measureCursorFold(log));
    const ours = told(OURS, await measureProjector(log));
    const statement = told(STATEMENT, await measureOneStatement(log));
    const emmett = told(EMMETT, await measureEmmettRebuild(server, await readFirst(log, emmettEvents)));
    return [
      ours,
      emmett,
      cursor,
      statement,
      { ...ours, metric: 'ours ÷ Emmett', comparedWith: EMMETT },
      { ...ours, metric: 'ours ÷ cursor', comparedWith: CURSOR },
      { ...ours, metric: 'ours ÷ statement', comparedWith: STATEMENT },
    ];
  });
}

async function measureHot(events: number, context: Context): Promise<Figure[]> {
  const uniform = await withLog({ events, shares: uniformShares(MERCHANTS) }, context, measureProjector);
  const hot = await withLog({ events, shares: hotShares(MERCHANTS, HOT_SHARE) }, context, measureProjector);
  return [
    { metric: UNIFORM, value: uniform, unit: 'events/s' },
    { metric: 'one merchant with 30 %', value: hot, unit: 'events/s', comparedWith: UNIFORM },
  ];
}

/** The log's first events, for a peer that is so slow that all of them would take minutes. */
async function readFirst({ url }: CatchUp, count: number): Promise<BalanceEvent[]> {
  const text = 'select type, data from ledger.events order by recorded_at, partition, "offset" limit $1';
  const { rows } = await withClient(url, (client) => client.query<BalanceEvent>(text, [count]));
  return rows;
}
