/**
 * `pnpm bench append`: the log's append beside the bare insert of the same rows, the limit of the server and the peers,
 * one after the other in each run, on new databases of one PostgreSQL. Events are made, parsed and numbered before any
 * clock starts, the same for all.
 */
import { ledgerMigrations } from '@northwind/event-store';
import { migrate } from '@northwind/service-kit';
import type { Benchmark, Figure, RunContext, RunResult } from '../harness/benchmark.ts';
import { collectGarbage } from '../harness/collect-garbage.ts';
import { peakMemoryMib } from '../harness/peak-memory.ts';
import { peerVersions } from '../harness/peer-versions.ts';
import { startBenchServer } from '../postgres/bench-server.ts';
import { measureBare, measureLimit, measureOneRow } from './measure-bare.ts';
import { measureEmmettBatch, measureEmmettOne } from './measure-emmett.ts';
import { measureMessageDbCategories, measureMessageDbPipelined } from './measure-message-db.ts';
import { measureOurs, measureOursHalfDuplicates, measureOursOnFour } from './measure-ours.ts';
import { placeEvents } from './place-events.ts';
import type { Measure } from './row.ts';

interface Row {
  readonly part: string;
  readonly metric: string;
  readonly measure: Measure;
}

/** In the order in which they are measured: what is compared most closely stands side by side. */
const ROWS: readonly Row[] = [
  { part: 'ours', metric: 'ours, 1 connection', measure: measureOurs(1) },
  { part: 'bare', metric: 'bare unnest, 1 connection', measure: measureBare(1) },
  { part: 'ours', metric: 'ours, 1 connection, 2 in flight', measure: measureOurs(2) },
  { part: 'limit', metric: 'limit: INSERT … SELECT, 1 connection', measure: measureLimit(1) },
  { part: 'half', metric: 'ours, half duplicates', measure: measureOursHalfDuplicates },
  { part: 'ours', metric: 'ours, 4 connections', measure: measureOursOnFour(4) },
  { part: 'bare', metric: 'bare unnest, 4 connections', measure: measureBare(4) },
  { part: 'ours', metric: 'ours, 4 connections, 8 in flight', measure: measureOursOnFour(8) },
  { part: 'limit', metric: 'limit: INSERT … SELECT, 4 connections', measure: measureLimit(4) },
  { part: 'emmett', metric: 'Emmett, an event an append, 32 in flight', measure: measureEmmettOne },
  { part: 'emmett', metric: 'Emmett, 1,000 an append, one stream', measure: measureEmmettBatch },
  { part: 'message-db', metric: 'message-db, 100 a transaction, pipelined', measure: measureMessageDbPipelined },
  { part: 'message-db', metric: 'message-db, 16 categories, 32 in flight', measure: measureMessageDbCategories },
  { part: 'one-row', metric: 'one row a statement, 32 connections', measure: measureOneRow },
];

/** Each of ours against each of the others: the same figure again, so that every target has a row of its own. */
const COMPARISONS: readonly { readonly metric: string; readonly of: string; readonly comparedWith: string }[] = [
  ['÷ bare, 1 connection', 'ours, 1 connection', 'bare unnest, 1 connection'],
  ['÷ bare, 4 connections', 'ours, 4 connections', 'bare unnest, 4 connections'],
  ['÷ limit, 1 connection', 'ours, 1 connection, 2 in flight', 'limit: INSERT … SELECT, 1 connection'],
  ['÷ limit of 1, 4 connections', 'ours, 4 connections, 8 in flight', 'limit: INSERT … SELECT, 1 connection'],
  ['÷ limit of 4, 4 connections', 'ours, 4 connections, 8 in flight', 'limit: INSERT … SELECT, 4 connections'],
  ['÷ fresh, half duplicates', 'ours, half duplicates', 'ours, 1 connection'],
  ['÷ Emmett, an event an append', 'ours, 4 connections', 'Emmett, an event an append, 32 in flight'],
  ['÷ Emmett, best batch', 'ours, 4 connections', 'Emmett, 1,000 an append, one stream'],
  ['÷ message-db, best', 'ours, 4 connections', 'message-db, best'],
  ['÷ one row a statement', 'ours, 4 connections', 'one row a statement, 32 connections'],
].map(([metric = '', of = '', comparedWith = '']) => ({ metric: `ours ${metric}`, of, comparedWith }));

export const append: Benchmark = {
  name: 'append',
  summary: 'events a second into the log, beside a bare insert, the limit and the peers',
  runs: 3,
  parameters: { seconds: 4, events: 400_000 },
  parts: [...new Set(ROWS.map(({ part }) => part))],
  run,
};

const WARM_UP_SECONDS = 0.7;
const MIGRATED = 'bench_migrated';

async function run({ parameters, wants, signal, progress }: RunContext): Promise<RunResult> {
  const { seconds = 0, events: count = 0 } = parameters;
  await using server = await startBenchServer();
  await server.createTemplate(MIGRATED, async (url) => void (await migrate(url, [ledgerMigrations])));
  progress(`making ${count} events`);
  const events = placeEvents(count);
  const setting = { server, migrated: MIGRATED, events, seconds, warmUpSeconds: WARM_UP_SECONDS, signal };
  const rates = new Map<string, number>();
  for (const { part, metric, measure } of ROWS) {
    if (!wants(part)) continue;
    signal.throwIfAborted();
    collectGarbage();
    const rate = await measure(setting);
    progress(`${metric}: ${Math.round(rate).toLocaleString('en-US')} events/s`);
    rates.set(metric, rate);
  }
  return {
    figures: [
      ...toFigures(rates),
      { metric: 'peak memory of the client', value: peakMemoryMib(process.pid), unit: 'MiB' },
    ],
    versions: {
      postgresql: server.version,
      ...peerVersions(['pg', '@event-driven-io/emmett-postgresql', '@eventide/message-db']),
    },
  };
}

function toFigures(measured: ReadonlyMap<string, number>): Figure[] {
  const ofMessageDb = [...measured].filter(([metric]) => metric.startsWith('message-db')).map(([, rate]) => rate);
  const best: [string, number][] = ofMessageDb.length > 0 ? [['message-db, best', Math.max(...ofMessageDb)]] : [];
  const rates = new Map([...measured, ...best]);
  const compared = COMPARISONS.flatMap(({ metric, of, comparedWith }) => {
    const value = rates.get(of);
    return value === undefined || !rates.has(comparedWith) ? [] : [{ metric, value, unit: 'events/s', comparedWith }];
  });
  return [...[...rates].map(([metric, value]) => ({ metric, value, unit: 'events/s' })), ...compared];
}
