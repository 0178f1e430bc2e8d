/**
 * Fills a log inside the server with events like the workload's: 500 merchants with the same skew, about 250 bytes of
 * data, dense offsets, keys as the identity rule makes them (or random ones, to see what the time prefix buys). Many
 * times as fast as appending; the unique index and the primary key grow insert by insert all the same.
 */
import { partitionOf } from '@northwind/events';
import type pg from 'pg';
import { MERCHANTS, merchantName } from './payment-stream.ts';
import { skewBounds } from './skewed-choice.ts';

export type KeyKind = 'time-prefixed' | 'random';

export interface FillOptions {
  readonly count: number;
  readonly keys: KeyKind;
  readonly signal: AbortSignal;
  readonly onProgress?: (stored: number) => void;
}

/** Rows a statement: what it sorts fits in memory. */
const CHUNK = 500_000;
/** They happened evenly over a month, each was stored up to two seconds late, and all before the workload begins. */
const FROM_MS = Date.UTC(2026, 9, 22);
const TO_MS = Date.UTC(2026, 10, 21);

const KEYS: Readonly<Record<KeyKind, string>> = {
  'time-prefixed': `(lpad(to_hex(g.at_ms), 12, '0') || '8' || left(g.noise, 3) || '9' || substr(g.noise, 4, 15))::uuid`,
  random: 'gen_random_uuid()',
};

const insertChunk = (keys: KeyKind) => `
  insert into ledger.events (partition, "offset", version, idempotency_key, occurred_at, recorded_at, type,
                             merchant_id, subject, fingerprint, message_id, trace, data)
  select g.partition, h.next_offset - 1 + row_number() over (partition by g.partition order by g.i), 1, ${KEYS[keys]},
         to_timestamp(g.at_ms / 1000.0), to_timestamp(g.at_ms / 1000.0), 'payment.captured', g.merchant_id,
         'pay_' || g.i, sha256(g.noise::bytea), g.noise::uuid::text,
         '00-' || g.noise || '-' || left(g.noise, 16) || '-01',
         jsonb_build_object(
           'merchantId', g.merchant_id, 'amount', g.amount, 'fee', (g.amount * 0.029)::int, 'currency', 'EUR',
           'method', 'card', 'reference', left(repeat(g.noise || md5(g.noise), 3), 150))
  from (
    select i, ($1::text[])[merchant] as merchant_id, ($2::int2[])[merchant] as partition, md5('fill ' || i) as noise,
           1000 + i % 99000 as amount,
           ($5::int8 + ($6::int8 - $5::int8) * (i::float8 / $7::float8))::int8 - (random() * 2000)::int8 as at_ms
    from (
      select i, 1 + width_bucket(random(), $3::float8[]) as merchant
      from generate_series($4::int8, $4::int8 + $8::int8 - 1) i
    ) chosen
  ) g
  join ledger.partitions h on h.partition = g.partition
  order by g.i`;

/** The last row of each partition, by the primary key. */
export const ADVANCE_HEADS = `
  update ledger.partitions h set next_offset = last."offset" + 1, recorded_at = last.recorded_at
  from ledger.partitions p cross join lateral (
    select e."offset", e.recorded_at from ledger.events e
    where e.partition = p.partition order by e."offset" desc limit 1
  ) last
  where p.partition = h.partition`;

/** Appends `count` events to a log that may have some. */
export async function fillLog(client: pg.Client, options: FillOptions): Promise<void> {
  const { count, keys, signal, onProgress } = options;
  const merchants = Array.from({ length: MERCHANTS }, (_, n) => merchantName(n));
  const partitions = merchants.map((merchant) => partitionOf(merchant, 16));
  for (let stored = 0; stored < count; stored += CHUNK) {
    signal.throwIfAborted();
    const rows = Math.min(CHUNK, count - stored);
    const values = [merchants, partitions, skewBounds(MERCHANTS), stored, FROM_MS, TO_MS, count, rows];
    await client.query("begin; set local work_mem = '512MB'");
    await client.query(insertChunk(keys), values);
    await client.query(ADVANCE_HEADS);
    await client.query('commit');
    onProgress?.(stored + rows);
  }
  await settleLog(client);
}

/** Afterwards nothing is left for the server to tidy up. */
export async function settleLog(client: pg.Client): Promise<void> {
  await client.query('vacuum (analyze) ledger.events');
  await client.query('vacuum (analyze) ledger.partitions');
  await client.query('checkpoint');
}
