/**
 * Peer: Emmett rebuilds one balance, the fastest way it has (raw SQL, 1,000 events a batch), from its own log of the
 * same events. It skips the types that do not move that balance.
 */
import { rawSql, SQL } from '@event-driven-io/dumbo';
import {
  getPostgreSQLEventStore,
  postgreSQLRawSQLProjection,
  rebuildPostgreSQLProjections,
} from '@event-driven-io/emmett-postgresql';
import { systemClock } from '@northwind/service-kit';
import pg from 'pg';
import { expectRows } from '../append/bare-table.ts';
import { type BenchServer, withClient } from '../postgres/bench-server.ts';
import {
  addTo,
  BALANCE_TYPES,
  type BalanceData,
  type BalanceEvent,
  type Balances,
  CREATE_BALANCES,
  expectBalances,
  movesOf,
  NOTHING,
} from './one-balance.ts';

const BATCH_SIZE = 1_000;
const STREAM = 'events-all';
const EVENTS_TABLE = 'emt_messages';

const balances = postgreSQLRawSQLProjection({
  name: 'one_balance',
  canHandle: [...BALANCE_TYPES],
  init: () => rawSql(CREATE_BALANCES),
  evolve: (event) => {
    const { merchantId, currency } = event.data as unknown as BalanceData;
    const { gross, fees, refunds, adjustments } = movesOf(event as unknown as BalanceEvent) ?? NOTHING;
    return SQL`insert into one_balance
      values (${merchantId}, ${currency}, ${gross}, ${fees}, ${refunds}, ${adjustments})
      on conflict (merchant, currency) do update set
        gross = one_balance.gross + excluded.gross, fees = one_balance.fees + excluded.fees,
        refunds = one_balance.refunds + excluded.refunds, adjustments = one_balance.adjustments + excluded.adjustments`;
  },
});

/** Events a second, those that it skips among them. */
export function measureEmmettRebuild(server: BenchServer, events: readonly BalanceEvent[]): Promise<number> {
  return server.withDatabase(async (url) => {
    await fillStore(url, events);
    const consumer = rebuildPostgreSQLProjections({
      connectionString: url,
      projections: [balances],
      pulling: { batchSize: BATCH_SIZE },
    });
    const startMs = systemClock.monotonicMs();
    await consumer.start();
    const elapsedMs = systemClock.monotonicMs() - startMs;
    await consumer.close();
    const expected: Balances = new Map();
    for (const event of events) addTo(expected, event);
    await withClient(url, (client) => expectBalances(client, expected));
    return (events.length * 1000) / elapsedMs;
  });
}

async function fillStore(url: string, events: readonly BalanceEvent[]): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 1, idleTimeoutMillis: 0 });
  pool.on('error', () => undefined);
  const store = getPostgreSQLEventStore(url, { connectionOptions: { connectionString: url, pool } });
  try {
    await store.schema.migrate();
    for (let from = 0; from < events.length; from += BATCH_SIZE) {
      const batch = events.slice(from, from + BATCH_SIZE).map(({ type, data }) => ({ type, data: { ...data } }));
      await store.appendToStream(STREAM, batch);
    }
    await expectRows(url, EVENTS_TABLE, events.length);
  } finally {
    await store.close();
    await pool.end().catch(() => undefined); // Emmett may have ended it
  }
  await withClient(url, (client) => client.query('vacuum analyze'));
}
