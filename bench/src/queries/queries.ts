/**
 * `pnpm bench queries`: what the API asks most, straight on the read models of many merchants and payouts, in a closed
 * loop; beside one prepared SELECT by primary key on the same table. A read that its index did not
 * serve voids the run.
 */
import { ledgerMigrations } from '@northwind/event-store';
import { readMigrations } from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import { migrate, openDatabase, systemClock } from '@northwind/service-kit';
import { type Benchmark, type Figure, type RunContext, type RunResult, VoidRun } from '../harness/benchmark.ts';
import { closedLoop } from '../harness/closed-loop.ts';
import { collectGarbage } from '../harness/collect-garbage.ts';
import { peerVersions } from '../harness/peer-versions.ts';
import { quantile } from '../harness/summarise-runs.ts';
import { startBenchServer, withClient } from '../postgres/bench-server.ts';
import { measureProjector } from '../project/measure-projector.ts';
import { fillMixedLog } from '../workload/fill-mixed-log.ts';
import { skewedShares } from '../workload/merchant-shares.ts';
import { ASKS, type Ask, type Subject } from './ask.ts';
import { expectServed, readIndexScans } from './expect-indexes.ts';

export const queries: Benchmark = {
  name: 'queries',
  summary: 'the API’s hot reads on many merchants and payouts, beside a prepared SELECT by key',
  runs: 3,
  parameters: { events: 400_000, merchants: 5_000, seconds: 4, lanes: 4 },
  run,
};

const WARM_UP_SECONDS = 0.7;
const SUBJECTS = 5_000;

async function run({ parameters, signal, progress }: RunContext): Promise<RunResult> {
  const { events = 0, merchants = 0, seconds = 0, lanes = 0 } = parameters;
  await using server = await startBenchServer();
  const figures = await server.withDatabase(async (url) => {
    await migrate(url, [ledgerMigrations, readMigrations]);
    progress(`applying a log of ${events.toLocaleString('en-US')} events`);
    await withClient(url, (client) => fillMixedLog(client, { count: events, shares: skewedShares(merchants), signal }));
    await measureProjector({ url, events, signal });
    const subjects = await chooseSubjects(url);
    return measureAsks({ url, subjects, seconds, lanes, signal });
  });
  return { figures, versions: { postgresql: server.version, ...peerVersions(['pg', 'kysely']) } };
}

/** Settled payouts, each as likely as any other, and a place in their merchant's list that has some before it. */
const CHOOSE = `
  select p.merchant_id as "merchantId", p.payout_id as "payoutId", p.currency, p.first_offset + 1 as before
  from read.payouts p where p.status = 'settled' order by md5(p.payout_id) limit $1`;

function chooseSubjects(url: string): Promise<Subject[]> {
  return withClient(url, async (client) => {
    await client.query('vacuum (analyze)');
    await client.query('checkpoint');
    const { rows } = await client.query<Subject>(CHOOSE, [SUBJECTS]);
    if (rows.length === 0) throw new VoidRun('no payout settled; give it more --events');
    return rows;
  });
}

interface Load {
  readonly url: string;
  readonly subjects: readonly Subject[];
  readonly seconds: number;
  readonly lanes: number;
  readonly signal: AbortSignal;
}

async function measureAsks(load: Load): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const ask of ASKS) {
    collectGarbage();
    figures.push(...(await measureAsk(ask, load)));
  }
  return figures;
}

async function measureAsk(ask: Ask, load: Load): Promise<Figure[]> {
  const before = await withClient(load.url, readIndexScans);
  const { rate, total, latenciesMs } = await askInLoop(ask, load);
  const after = await withClient(load.url, readIndexScans);
  expectServed({ index: ask.index, reads: total, before, after });
  return [
    { metric: ask.name, value: rate, unit: 'reads/s', ...(ask.comparedWith && { comparedWith: ask.comparedWith }) },
    { metric: `${ask.name} p99`, value: quantile(latenciesMs, 0.99), unit: 'ms' },
  ];
}

/** On connections of its own, whose sessions have told the server what they read when this resolves. */
async function askInLoop(ask: Ask, load: Load) {
  const { url, subjects, lanes } = load;
  await using database = openDatabase<ReadTables>({ url, applicationName: 'bench', connectionsMax: lanes });
  const latenciesMs: number[] = [];
  const countFromMs = systemClock.monotonicMs() + WARM_UP_SECONDS * 1000;
  let next = 0;
  const operation = async () => {
    const subject = subjects[next % subjects.length] as Subject;
    next += 1;
    const startMs = systemClock.monotonicMs();
    const rows = await ask.ask(database, subject);
    if (startMs >= countFromMs) latenciesMs.push(systemClock.monotonicMs() - startMs);
    if (rows === 0) throw new VoidRun(`${ask.name}: nothing of ${subject.merchantId}, ${subject.payoutId}`);
    return 1;
  };
  const loop = await closedLoop(operation, { ...load, warmUpSeconds: WARM_UP_SECONDS });
  return { ...loop, latenciesMs };
}
