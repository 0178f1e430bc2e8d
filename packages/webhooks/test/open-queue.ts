/** Endpoints and due deliveries without the rest of the system: for what claims and recordings do to them. */
import { ledgerMigrations } from '@northwind/event-store';
import { readMigrations } from '@northwind/projector';
import { openDatabase, systemClock } from '@northwind/service-kit';
import { testDatabase } from '@northwind/testing';
import { type Kysely, sql } from 'kysely';
import type { ClaimedDelivery } from '../src/delivery/claim-deliveries.ts';
import type { Outcome } from '../src/delivery/outcome.ts';
import { type FinishedAttempt, recordAttempts } from '../src/delivery/record-attempts.ts';
import type { HealthRules } from '../src/health/health-rules.ts';
import { deliveryMigrations } from '../src/migrations.ts';
import { NO_EXCHANGE } from '../src/receipts/receipt.ts';
import type { DeliveryTables } from '../src/tables.ts';
import { WORKER_SESSIONS } from '../src/worker-sessions.ts';

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
    async fill(name: string, { first, retries }: { first: number; retries: number }) {
      const from = filled;
      filled += first + retries;
      await sql`insert into delivery.endpoints (endpoint_id, merchant_id, url)
        values (${endpointId(name)}, 'mer_001', 'https://example.com/') on conflict do nothing`.execute(db);
      await sql`
        with planned as (
          insert into delivery.deliveries (
            delivery_id, endpoint_id, merchant_id, partition, "offset", event_type, payout_id, body, next_attempt_at)
          select gen_random_uuid(), ${endpointId(name)}, 'mer_001', 4, n, 'payout.settled', 'po_1', '{}', now()
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
