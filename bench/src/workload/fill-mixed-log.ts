/**
 * Fills a log inside the server with all that happens to a merchant, in rounds of twenty events: captures (77 %), a
 * refund, a payout from initiated to settled, now and then a dispute, an adjustment, a payout that fails or comes back.
 * Five hundred rounds run at a time, so neighbours in the log belong to different merchants, as in life.
 *
 * Everything follows from the number of the event: no chance, no clock. Nothing in it is an anomaly.
 */
import type pg from 'pg';
import { ADVANCE_HEADS, settleLog } from './fill-log.ts';
import type { MerchantShares } from './merchant-shares.ts';

export interface MixedFill {
  readonly count: number;
  readonly shares: MerchantShares;
  readonly signal: AbortSignal;
}

/** Rows a statement: what it sorts fits in memory. A multiple of a block of rounds. */
const CHUNK = 500_000;
/** The log took them evenly over this month. */
export const FROM_MS = Date.UTC(2026, 9, 22);
export const TO_MS = Date.UTC(2026, 10, 21);

const TYPE = `
  case
    when step = 11 then 'refund.succeeded'
    when step = 13 and round % 5 = 0 then 'dispute.opened'
    when step = 14 then 'payout.initiated'
    when step = 15 and round % 10 = 0 then 'dispute.won'
    when step = 15 and round % 10 = 5 then 'dispute.lost'
    when step = 16 then 'payout.submitted'
    when step = 17 and round % 10 = 3 then 'adjustment.posted'
    when step = 18 and round % 20 = 7 then 'payout.failed'
    when step = 18 then 'payout.settled'
    when step = 19 and round % 40 = 1 then 'payout.returned'
    else 'payment.captured'
  end`;

const SUBJECT = `
  case
    when type = 'payment.captured' then 'pay_' || round || '_' || step
    when type = 'refund.succeeded' then 're_' || round
    when type = 'adjustment.posted' then 'adj_' || round
    when type like 'dispute.%' then 'dp_' || round
    else 'po_' || round
  end`;

/** A refund is of less than any capture, a payout of less than a round's captures together. */
const DATA = `
  jsonb_build_object('merchantId', merchant_id) || case
    when type = 'payment.captured' then jsonb_build_object(
      'amount', amount, 'fee', amount * 29 / 1000, 'currency', currency, 'method', 'card',
      'reference', left(repeat(noise || md5(noise), 3), 150))
    when type = 'refund.succeeded' then jsonb_build_object(
      'paymentId', 'pay_' || round || '_0', 'amount', 800, 'feeRefunded', 20, 'currency', currency)
    when type like 'dispute.%' then jsonb_build_object(
      'paymentId', 'pay_' || round || '_1', 'amount', 900, 'currency', currency, 'reason', 'fraudulent')
    when type = 'adjustment.posted' then jsonb_build_object(
      'amount', 250, 'currency', currency, 'reason', 'goodwill')
    when type = 'payout.initiated' then jsonb_build_object(
      'amount', 9000, 'currency', currency, 'method', 'instant', 'destination', 'DE** **** 1234')
    when type = 'payout.submitted' then jsonb_build_object('railReference', 'rail_' || round)
    when type = 'payout.settled' then jsonb_build_object(
      'amount', 9000, 'currency', currency, 'railReference', 'rail_' || round, 'traceId', left(noise, 16))
    else jsonb_build_object('reasonCode', 'AC04', 'reason', 'the account is closed')
  end`;

const INSERT_CHUNK = `
  with rounds as (
    select round, ($1::text[])[merchant] as merchant_id, ($2::int2[])[merchant] as partition,
           (array['EUR', 'USD', 'GBP'])[1 + merchant % 3] as currency
    from generate_series($4::int8 / 20, ($4::int8 + $5::int8 + 9999) / 20) round
    cross join lateral (
      select 1 + width_bucket(unit, $3::float8[]) as merchant
      from (select ('x' || left(md5('round ' || round), 8))::bit(32)::int8 / 2 ^ 32 as unit) drawn
    ) chosen
  ),
  numbered as (
    select i, i / 10000 * 500 + i % 500 as round, i % 10000 / 500 as step, md5('mixed ' || i) as noise,
           i * 7919 % 2000 as late_ms,
           $7::int8 + (($8::int8 - $7::int8) * (i::float8 / $6::float8))::int8 as recorded_ms
    from generate_series($4::int8, $4::int8 + $5::int8 - 1) i
  ),
  typed as (
    select *, recorded_ms - late_ms as occurred_ms, 1000 + (round * 7919 + step * 104729) % 99000 as amount,
           ${TYPE} as type
    from numbered join rounds using (round)
  )
  insert into ledger.events (partition, "offset", version, idempotency_key, occurred_at, recorded_at, type,
                             merchant_id, subject, fingerprint, message_id, trace, data)
  select t.partition, h.next_offset - 1 + row_number() over (partition by t.partition order by t.i), 1,
         (lpad(to_hex(t.occurred_ms), 12, '0') || '8' || left(noise, 3) || '9' || substr(noise, 4, 15))::uuid,
         to_timestamp(t.occurred_ms / 1000.0), to_timestamp(t.recorded_ms / 1000.0), t.type, t.merchant_id,
         ${SUBJECT}, sha256(noise::bytea), noise::uuid::text, '00-' || noise || '-' || left(noise, 16) || '-01',
         ${DATA}
  from typed t join ledger.partitions h on h.partition = t.partition
  order by t.i`;

/** `count` events into an empty log. */
export async function fillMixedLog(client: pg.Client, { count, shares, signal }: MixedFill): Promise<void> {
  const { merchants, partitions, bounds } = shares;
  for (let stored = 0; stored < count; stored += CHUNK) {
    signal.throwIfAborted();
    const rows = Math.min(CHUNK, count - stored);
    const values = [merchants, partitions, bounds, stored, rows, count, FROM_MS, TO_MS];
    await client.query("begin; set local work_mem = '512MB'");
    await client.query(INSERT_CHUNK, values);
    await client.query(ADVANCE_HEADS);
    await client.query('commit');
  }
  await settleLog(client);
}
