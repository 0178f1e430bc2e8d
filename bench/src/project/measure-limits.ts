/** What reading a log and projecting one balance of it costs at least: in Node, and inside the server. */
import { systemClock } from '@northwind/service-kit';
import type pg from 'pg';
import Cursor from 'pg-cursor';
import { VoidRun } from '../harness/benchmark.ts';
import { withClient } from '../postgres/bench-server.ts';
import {
  addTo,
  BALANCES_OF_LOG,
  type BalanceEvent,
  type Balances,
  CREATE_BALANCES,
  expectBalances,
  insertBalances,
} from './one-balance.ts';
import type { UnreadLog } from './with-log.ts';

const CURSOR_ROWS = 10_000;
const IN_ORDER = `select partition, "offset", type, data from ledger.events order by partition, "offset"`;

/** Events a second of one ordered cursor, a fold in memory, and one insert of the balances at the end. */
export function measureCursorFold({ url, events, signal }: UnreadLog): Promise<number> {
  return withClient(url, async (client) => {
    await client.query(`drop table if exists one_balance; ${CREATE_BALANCES}`);
    const startMs = systemClock.monotonicMs();
    await client.query('begin');
    const { balances, seen } = await foldLog(client, signal);
    await insertBalances(client, balances);
    await client.query('commit');
    const elapsedMs = systemClock.monotonicMs() - startMs;
    if (seen !== events) throw new VoidRun(`the cursor read ${seen} events of ${events}`);
    await expectBalances(client, balances);
    return (events * 1000) / elapsedMs;
  });
}

/** Events a second of one statement that reads, adds up and writes inside the server. Its result must be the fold's. */
export function measureOneStatement({ url, events, signal }: UnreadLog): Promise<number> {
  return withClient(url, async (client) => {
    signal.throwIfAborted();
    await client.query(`drop table if exists one_balance; ${CREATE_BALANCES}`);
    const startMs = systemClock.monotonicMs();
    await client.query(`insert into one_balance ${BALANCES_OF_LOG}`);
    const elapsedMs = systemClock.monotonicMs() - startMs;
    await expectBalances(client, (await foldLog(client, signal)).balances);
    return (events * 1000) / elapsedMs;
  });
}

async function foldLog(client: pg.Client, signal: AbortSignal) {
  const balances: Balances = new Map();
  const cursor = client.query(new Cursor<BalanceEvent>(IN_ORDER));
  let seen = 0;
  for (;;) {
    signal.throwIfAborted();
    const rows = await cursor.read(CURSOR_ROWS);
    if (rows.length === 0) break;
    for (const row of rows) addTo(balances, row);
    seen += rows.length;
  }
  await cursor.close();
  return { balances, seen };
}
