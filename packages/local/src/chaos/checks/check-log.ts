/** Reads the whole log once and compares every row with the event that its number says it is. */
import { idempotencyKey, partitionOf } from '@northwind/events';
import type pg from 'pg';
import { type EventMaker, numberOf } from '../chaos-event.ts';
import { type Check, Wrongs } from './finding.ts';

export interface LogCheckOptions {
  readonly client: pg.Client;
  readonly events: number;
  readonly maker: EventMaker;
}

interface Row {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string;
  readonly type: string;
  readonly merchant_id: string;
  readonly subject: string;
  readonly amount: string;
  readonly currency: string;
}

const FETCH_ROWS = 10_000;

export async function checkLog({ client, events, maker }: LogCheckOptions): Promise<Check[]> {
  const heads = await readHeads(client);
  const once = new Wrongs();
  const dense = new Wrongs();
  const order = new Wrongs();
  const seen = new Uint8Array(events);
  const next = new Map<number, bigint>();
  const lastOfMerchant = new Map<string, number>();
  let rows = 0;
  for await (const row of readLog(client)) {
    rows += 1;
    const at = `${row.partition}:${row.offset}`;
    const expected = next.get(row.partition) ?? 0n;
    if (row.offset !== expected) dense.add(`${at} follows ${row.partition}:${expected - 1n}`);
    next.set(row.partition, row.offset + 1n);

    const number = numberOf(row.subject);
    const problem = judge(row, number, { events, maker, partitionCount: heads.size });
    if (problem !== null || number === null) {
      once.add(`${at} ${problem}`);
      continue;
    }
    if (seen[number] === 1) once.add(`${at} is event ${number} a second time`);
    seen[number] = 1;
    const last = lastOfMerchant.get(row.merchant_id) ?? -1;
    if (number < last) order.add(`${at} ${row.merchant_id}: event ${number} stands after event ${last}`);
    lastOfMerchant.set(row.merchant_id, Math.max(last, number));
  }
  for (const [partition, head] of heads) {
    const end = next.get(partition) ?? 0n;
    if (end !== head) dense.add(`partition ${partition} ends at ${end}, its head says ${head}`);
  }
  for (let number = 0; number < events; number += 1) {
    if (seen[number] === 0) once.add(`event ${number} is missing`);
  }
  return [
    once.check('every event exactly once', `${rows} rows for ${events} events, each as it was sent`),
    dense.check('offsets dense', `${heads.size} partitions, from 0 to their heads`),
    order.check('order kept', `${lastOfMerchant.size} merchants, each in the order of sending`),
  ];
}

interface World {
  readonly events: number;
  readonly maker: EventMaker;
  readonly partitionCount: number;
}

/** What is wrong with a row; null when it is the event that it says it is. */
function judge(row: Row, number: number | null, { events, maker, partitionCount }: World): string | null {
  if (number === null || number >= events) return `${row.subject} was never sent`;
  const event = maker.make(number);
  const right =
    row.type === event.type &&
    row.subject === event.subject &&
    row.merchant_id === event.merchantId &&
    row.partition === partitionOf(event.merchantId, partitionCount) &&
    row.amount === String(event.amount) &&
    row.currency === event.currency &&
    row.key === idempotencyKey(event.type, event.subject, event.time);
  return right ? null : `is not event ${number} as it was sent`;
}

async function readHeads(client: pg.Client): Promise<Map<number, bigint>> {
  const { rows } = await client.query<{ partition: number; next_offset: string }>(
    'select partition, next_offset::text from ledger.partitions order by partition',
  );
  return new Map(rows.map((row) => [row.partition, BigInt(row.next_offset)]));
}

async function* readLog(client: pg.Client): AsyncGenerator<Row> {
  await client.query('begin');
  await client.query(`
    declare whole_log no scroll cursor for
    select partition, "offset"::text, idempotency_key as key, type, merchant_id, subject, data ->> 'amount' as amount,
           data ->> 'currency' as currency
    from ledger.events e order by e.partition, e."offset"`);
  for (;;) {
    const { rows } = await client.query<Omit<Row, 'offset'> & { offset: string }>(`fetch ${FETCH_ROWS} from whole_log`);
    for (const row of rows) yield { ...row, offset: BigInt(row.offset) };
    if (rows.length < FETCH_ROWS) break;
  }
  await client.query('commit');
}
