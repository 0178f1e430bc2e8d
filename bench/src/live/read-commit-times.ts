/**
 * When the read models' rows became visible, as the server itself recorded it (`track_commit_timestamp`): a reader that
 * looked for them all the time would take the processor from what it watches.
 */
import { systemClock } from '@northwind/service-kit';
import type pg from 'pg';

const CLOCK_READINGS = 50;

/** A payout's submission posts nothing, so it is no row of the journal. */
const COMMIT_TIMES = (schema: string) => `
  select partition, "offset", extract(epoch from pg_xact_commit_timestamp(xmin))::float8 * 1000 as "atMs"
  from ${schema}.journal
  union
  select partition, "offset", extract(epoch from pg_xact_commit_timestamp(xmin))::float8 * 1000
  from ${schema}.payout_facts`;

/** Of the active generation: coordinate (`partition:offset`) → milliseconds on this process's monotonic clock. */
export async function readCommitTimes(client: pg.ClientBase): Promise<Map<string, number>> {
  const aheadMs = await readClockDifference(client);
  const { rows: generations } = await client.query<{ schema: string }>(
    `select 'read_g' || generation as schema from read.generations where status = 'active'`,
  );
  const { rows } = await client.query<{ partition: number; offset: bigint; atMs: number }>(
    COMMIT_TIMES(generations[0]?.schema ?? ''),
  );
  return new Map(rows.map(({ partition, offset, atMs }) => [`${partition}:${offset}`, atMs - aheadMs]));
}

/** How far the server's clock is ahead of this process's monotonic one, by the quickest of some questions. */
async function readClockDifference(client: pg.ClientBase): Promise<number> {
  let quickest = { tookMs: Number.POSITIVE_INFINITY, aheadMs: 0 };
  for (let reading = 0; reading < CLOCK_READINGS; reading += 1) {
    const askedMs = systemClock.monotonicMs();
    const { rows } = await client.query<{ nowMs: number }>(
      'select extract(epoch from clock_timestamp())::float8 * 1000 as "nowMs"',
    );
    const answeredMs = systemClock.monotonicMs();
    const aheadMs = (rows[0]?.nowMs ?? Number.NaN) - (askedMs + answeredMs) / 2;
    if (answeredMs - askedMs < quickest.tookMs) quickest = { tookMs: answeredMs - askedMs, aheadMs };
  }
  return quickest.aheadMs;
}
