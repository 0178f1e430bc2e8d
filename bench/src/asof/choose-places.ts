/** Places in the past to ask for, the same in every run: an event of the log, and a payout of a merchant beside it. */
import type { Coordinate } from '@northwind/event-store';
import type { Instant } from '@northwind/events';
import type pg from 'pg';
import { VoidRun } from '../harness/benchmark.ts';

export interface Place {
  readonly at: Coordinate;
  /** When the log recorded the event there. */
  readonly time: Instant;
  /** Of that partition. */
  readonly merchantId: string;
  readonly payoutId: string;
}

/** The offset may lie before the payout's first fact, or a merchant's first event: then the answer is that. */
const FIND_PLACES = `
  select w.partition, w."offset", e.recorded_at as time, f.merchant_id as "merchantId", f.payout_id as "payoutId"
  from unnest($1::int2[], $2::int8[], $3::int8[]) with ordinality as w(partition, "offset", beside, n)
  join ledger.events e on e.partition = w.partition and e."offset" = w."offset"
  cross join lateral (
    select merchant_id, payout_id from read.payout_facts
    where partition = w.partition and "offset" >= w.beside order by "offset" limit 1
  ) f
  order by w.n`;

/** At most `count`: a draw behind its partition's last payout finds none. `unit` draws from [0, 1). */
export async function choosePlaces(client: pg.Client, count: number, unit: () => number): Promise<Place[]> {
  const { rows: heads } = await client.query<{ partition: number; events: number }>(
    'select partition, next_offset::int4 as events from ledger.partitions order by partition',
  );
  const draws = Array.from({ length: count }, () => {
    const { partition, events, offset } = locate(heads, unit());
    return { partition, offset, beside: Math.floor(unit() * events) };
  });
  const values = [
    draws.map(({ partition }) => partition),
    draws.map(({ offset }) => offset),
    draws.map(({ beside }) => beside),
  ];
  const { rows } = await client.query<Coordinate & Omit<Place, 'at'>>(FIND_PLACES, values);
  if (rows.length < count / 2) throw new VoidRun(`only ${rows.length} of ${count} places have a payout beside them`);
  return rows.map(({ partition, offset, ...place }) => ({ at: { partition, offset }, ...place }));
}

interface Head {
  readonly partition: number;
  readonly events: number;
}

/** The event at a share `unit` of the whole log, its partitions one after the other. */
export function locate(heads: readonly Head[], unit: number): Head & { readonly offset: number } {
  let left = Math.floor(unit * heads.reduce((sum, { events }) => sum + events, 0));
  for (const head of heads) {
    if (left < head.events) return { ...head, offset: left };
    left -= head.events;
  }
  throw new Error('the log is empty');
}
