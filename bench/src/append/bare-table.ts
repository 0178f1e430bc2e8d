/**
 * The same rows in a table with the same columns, the same primary key and the same unique key, and nothing else: no
 * heads, no tallies, no comparison, no answer. Partition and offset are numbered before the clock starts.
 */
import type pg from 'pg';
import { VoidRun } from '../harness/benchmark.ts';
import { countRows } from '../postgres/bench-server.ts';
import type { PlacedEvent } from './place-events.ts';

export async function createBareTable(client: pg.Client, name = 'bare_events'): Promise<void> {
  await client.query(`create table ${name} (like ledger.events including defaults including indexes)`);
}

/** An unlogged table without keys: where server-side inserts read from. */
export async function createStagingTable(client: pg.Client, name: string): Promise<void> {
  await client.query(`create unlogged table ${name} (like ledger.events including defaults)`);
}

const COLUMNS = `partition, "offset", version, idempotency_key, occurred_at, recorded_at, type, merchant_id, subject,
  fingerprint, message_id, trace, data`;

export const insertMany = (table: string) => `
  insert into ${table} (${COLUMNS})
  select partition, "offset", version, key, occurred_at, now(), type, merchant_id, subject, fingerprint, message_id,
         trace, data
  from unnest($1::int2[], $2::int8[], $3::int2[], $4::uuid[], $5::timestamptz[], $6::text[], $7::text[], $8::text[],
              $9::bytea[], $10::text[], $11::text[], $12::jsonb[])
    as i(partition, "offset", version, key, occurred_at, type, merchant_id, subject, fingerprint, message_id, trace,
         data)
  on conflict (idempotency_key) do nothing`;

export const insertOne = (table: string) => `
  insert into ${table} (${COLUMNS})
  values ($1, $2, $3, $4, $5, now(), $6, $7, $8, $9, $10, $11, $12)
  on conflict (idempotency_key) do nothing`;

export const copyRows = (from: string, to: string) => `
  insert into ${to} (${COLUMNS}) select ${COLUMNS} from ${from}`;

/** The parameters of one row, in the order of both statements. */
export function rowOf({ event, messageId, partition, offset }: PlacedEvent): readonly unknown[] {
  return [
    partition,
    offset,
    event.version,
    event.idempotencyKey,
    event.occurredAt,
    event.type,
    event.merchantId,
    event.subject,
    Buffer.from(event.fingerprint),
    messageId,
    event.traceparent,
    event.canonicalData,
  ];
}

export function columnsOf(batch: readonly PlacedEvent[]): unknown[][] {
  return [
    batch.map((e) => e.partition),
    batch.map((e) => e.offset),
    batch.map((e) => e.event.version),
    batch.map((e) => e.event.idempotencyKey),
    batch.map((e) => e.event.occurredAt),
    batch.map((e) => e.event.type),
    batch.map((e) => e.event.merchantId),
    batch.map((e) => e.event.subject),
    batch.map((e) => Buffer.from(e.event.fingerprint)),
    batch.map((e) => e.messageId),
    batch.map((e) => e.event.traceparent),
    batch.map((e) => e.event.canonicalData),
  ];
}

export async function expectRows(url: string, table: string, expected: number): Promise<void> {
  const found = await countRows(url, table);
  if (found !== expected) throw new VoidRun(`${table} has ${found} rows, not ${expected}`);
}
