/** Endpoints and due deliveries without the rest of the system: for what claims and recordings do to them. */
import { ledgerMigrations } from '@northwind/event-store';
import { readMigrations } from '@northwind/projector';
import { openDatabase, systemClock } from '@northwind/service-kit';
import { testDatabase } from '@northwind/testing';
import { type Kysely, sql } from 'kysely';
import { type ClaimedDelivery, type ClaimLimits, claimDeliveries } from '../src/delivery/claim-deliveries.ts';
import type { Outcome } from '../src/delivery/outcome.ts';
import { type FinishedAttempt, recordAttempts } from '../src/delivery/record-attempts.ts';
import type { HealthRules } from '../src/health/health-rules.ts';
import { deliveryMigrations } from '../src/migrations.ts';
import { NO_EXCHANGE } from '../src/receipts/receipt.ts';
import type { DeliveryTables } from '../src/tables.ts';
import { WORKER_SESSIONS } from '../src/worker-sessions.ts';

/** Of a worker that is doing nothing yet. */
export const IDLE_WORKER: ClaimLimits = {
  deliveriesMax: 64,
  slotsFree: 64,
  retriesMax: 32,
  sendingTo: new Map(),
  leaseMs: 30_000,
};

/** What a claim takes. */
export async function claim(db: Kysely<DeliveryTables>, limits = IDLE_WORKER): Promise<readonly ClaimedDelivery[]> {
  return (await claimDeliveries(db, limits)).deliveries;
}

interface Due {
  readonly first: number;
  readonly retries: number;
  readonly merchantId?: string;
}

export async function openQueue() {
  const test = await testDatabase([ledgerMigrations, readMigrations, deliveryMigrations]);
  const database = openDatabase<DeliveryTables>({
    url: test.url,
    applicationName: 'claims test',
    connectionsMax: 8,
    ...WORKER_SESSIONS,
  });
  const { db } = database;
  let filled = 0;
  return {
    db,
    url: test.url,
    /** Due deliveries of the endpoint with this name, older ones first. */
    async fill(name: string, { first, retries, merchantId = 'mer_001' }: Due) {
      const from = filled;
      filled += first + retries;
      await sql`insert into delivery.endpoints (endpoint_id, merchant_id, url)
        values (${endpointId(name)}, ${merchantId}, 'https://example.com/') on conflict do nothing`.execute(db);
      await sql`
        with planned as (
          insert into delivery.deliveries (
            delivery_id, endpoint_id, merchant_id, partition, "offset", event_type, payout_id, body, next_attempt_at)
          select gen_random_uuid(), ${endpointId(name)}, ${merchantId}, 4, n, 'payout.settled', 'po_1', '{}', now()
          from generate_series(${from}::int, ${filled - 1}::int) n
          returning delivery_id, endpoint_id, "offset"
        )
        insert into delivery.queue (delivery_id, endpoint_id, priority, due_at, scheduled_at)
        select delivery_id, endpoint_id, ("offset" >= ${from + first}::int8)::int, at, at
        from planned, lateral (select now() - interval '1 hour' + "offset" * interval '1 ms') s(at)`.execute(db);
    },
    /** Puts deliveries that nobody has locked in front, so that the next claim takes others than the one before. */
    reorder: () =>
      sql`update delivery.queue q set due_at = now() - interval '1 day'
        from (select delivery_id from delivery.queue order by due_at desc limit 10 for update skip locked) free
        where q.delivery_id = free.delivery_id`.execute(db),
    /** Rows of a table that its statements have fetched so far, one way or another. */
    async fetched(table: 'queue' | 'deliveries' | 'endpoints'): Promise<number> {
      await sql`select pg_stat_force_next_flush()`.execute(db);
      const { rows } = await sql<{ tuples: bigint }>`
        select idx_tup_fetch + seq_tup_read as tuples from pg_stat_user_tables
        where schemaname = 'delivery' and relname = ${table}`.execute(db);
      return Number(rows[0]?.tuples);
    },
    rows: () => db.selectFrom('delivery.queue').selectAll().orderBy('delivery_id').execute(),
    async [Symbol.asyncDispose]() {
      await database.close();
      await test.drop();
    },
  };
}

export function endpointId(name: string): string {
  return `we_${name.charCodeAt(0).toString(16).padStart(32, '0')}`;
}

export interface Ending {
  readonly outcome: Outcome;
  readonly responseStatus?: number;
  readonly startedAt?: string;
}

/** Records the claimed deliveries as ended so; what failed is due again at once. */
export function record(
  db: Kysely<DeliveryTables>,
  claimed: readonly ClaimedDelivery[],
  ending: Ending,
  rules?: HealthRules,
) {
  return recordAttempts(
    db,
    claimed.map((delivery) => finished(delivery, ending)),
    rules,
  );
}

export function finished(
  delivery: ClaimedDelivery,
  { outcome, responseStatus = 500, startedAt = systemClock.now() }: Ending,
): FinishedAttempt {
  const next = { delayMs: 0, retries: 1, disablesEndpoint: false };
  return {
    ...NO_EXCHANGE,
    ...delivery,
    startedAt,
    finishedAt: startedAt,
    durationMs: 1,
    outcome,
    detail: null,
    secretVersion: 1,
    responseStatus,
    next: outcome === 'delivered' ? { ...next, state: 'delivered', delayMs: null } : { ...next, state: 'pending' },
  };
}
