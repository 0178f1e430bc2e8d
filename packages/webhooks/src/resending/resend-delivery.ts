/** Sends one delivery again because somebody asked for it. */
import { DOORBELL_DELIVERIES } from '@northwind/event-store';
import { type Kysely, sql } from 'kysely';
import { DELIVERY_STATES, type DeliveryState } from '../delivery/decide-next-step.ts';
import { RESEND_ACTOR_LENGTH_MAX } from '../limits.ts';
import type { DeliveryTables } from '../tables.ts';
import { type Requeued, requeueDeliveries } from './requeue-deliveries.ts';

export interface DeliveryToResend {
  /** Null: whoever's it is; for operators. */
  readonly merchantId: string | null;
  /** A UUID. */
  readonly deliveryId: string;
  /** Who wants it, for the receipt. Cut to 150 characters. */
  readonly actor: string;
  /** In these states alone; in all of them when left out. */
  readonly states?: readonly DeliveryState[];
}

/**
 * `requeued` and `brought_forward` are sent at once, what `follows` after the attempt under way; see requeueDeliveries.
 * `state_changed` only where states were asked for.
 */
export type ResendOutcome = Exclude<Requeued, 'busy' | 'under_way'>;

/** Somebody may move the delivery between two statements; that often in a row is a bug. */
const TRIES_MAX = 20;

export async function resendDelivery(db: Kysely<DeliveryTables>, wish: DeliveryToResend): Promise<ResendOutcome> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const outcome = await db.transaction().execute((trx) => resendOnce(trx, wish));
    if (outcome === 'busy' || outcome === 'under_way') continue;
    // Outside the transaction, as every ring: a worker that doesn't hear it finds the delivery within a second.
    await sql`select pg_notify(${DOORBELL_DELIVERIES}, '')`.execute(db).catch(() => undefined);
    return outcome;
  }
  throw new Error(`delivery ${wish.deliveryId} could not be taken hold of in ${TRIES_MAX} tries`);
}

async function resendOnce(trx: Kysely<DeliveryTables>, wish: DeliveryToResend): Promise<Requeued> {
  const { merchantId, deliveryId, actor, states = DELIVERY_STATES } = wish;
  if (merchantId !== null) {
    const own = await sql`
      select from delivery.deliveries where delivery_id = ${deliveryId}::uuid and merchant_id = ${merchantId}`.execute(
      trx,
    );
    if (own.rows.length === 0) return 'not_found';
  }
  const triggeredBy = `resend by ${actor.slice(0, RESEND_ACTOR_LENGTH_MAX)}`;
  const order = { deliveryIds: [deliveryId], triggeredBy, states, underWay: 'follow' } as const;
  return (await requeueDeliveries(trx, order)).get(deliveryId) ?? 'not_found';
}
