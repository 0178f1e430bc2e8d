import { systemClock } from '@northwind/service-kit';
import { startFakeMerchant } from '@northwind/testing';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { claim, IDLE_WORKER } from '../../test/open-queue.ts';
import { MERCHANT, openStage, type Stage } from '../../test/open-stage.ts';
import { plantExhausted } from '../../test/plant-exhausted.ts';
import { recordAttempts } from '../delivery/record-attempts.ts';
import { removeEndpoint } from '../endpoints/remove-endpoint.ts';
import type { Delivery } from '../receipts/delivery.ts';
import { NO_EXCHANGE } from '../receipts/receipt.ts';
import type { DeliveryTables } from '../tables.ts';
import { resendDelivery } from './resend-delivery.ts';

type Db = Parameters<typeof resendDelivery>[0];

const isDelivered = ({ state }: Delivery) => state === 'delivered';
const isExhausted = ({ state }: Delivery) => state === 'exhausted';
const triggers = (delivery: Delivery | undefined) => delivery?.attempts.map(({ triggeredBy }) => triggeredBy);

const again = (stage: Stage, delivery: Delivery | undefined, actor = 'ada') =>
  resendDelivery(stage.api.db as unknown as Db, {
    merchantId: MERCHANT,
    deliveryId: delivery?.deliveryId ?? '',
    actor,
  });

test('a given-up delivery is sent again with the same id and bytes, and has all its retries anew', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant({ answer: { status: 500 } });
  await stage.register(merchant.url);
  await stage.startWorker({ retrySchedule: [10] });
  await stage.settle(['po_1']);
  const [dead] = await stage.whenDeliveries(1, isExhausted);
  expect(triggers(dead)).toEqual(['schedule', 'schedule']);

  merchant.answerWith((_request, index) => ({ status: index < 3 ? 500 : 204 }));
  expect(await again(stage, dead)).toBe('requeued');
  const [delivered] = await stage.whenDeliveries(1, isDelivered);
  expect(delivered?.attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
  expect(triggers(delivered)).toEqual(['schedule', 'schedule', 'resend by ada', 'schedule']);
  expect(new Set(merchant.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(new Set(merchant.requests.map(({ rawBody }) => rawBody.toString())).size).toBe(1);
});

test('two re-sends one after the other both happen', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  await stage.register(merchant.url);
  await stage.startWorker();
  await stage.settle(['po_1']);
  const [delivery] = await stage.whenDeliveries(1, isDelivered);
  for (const [actor, attempts] of [['ada', 2] as const, ['bob', 3] as const]) {
    expect(await again(stage, delivery, actor)).toBe('requeued');
    await stage.whenDeliveries(1, (now) => isDelivered(now) && now.attempts.length === attempts);
  }
  const [twice] = await stage.deliveries();
  expect(triggers(twice)).toEqual(['schedule', 'resend by ada', 'resend by bob']);
  expect(merchant.requests).toHaveLength(3);
});

test('a re-send while an attempt is under way follows when that is over', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant({
    answer: (_request, index) => (index === 0 ? { status: 500, delayMs: 400 } : { status: 204 }),
  });
  await stage.register(merchant.url);
  await stage.startWorker();
  await stage.settle(['po_1']);
  await merchant.waitForRequests(1);
  const [underWay] = await stage.deliveries();
  expect(await again(stage, underWay)).toBe('follows');
  const [delivery] = await stage.whenDeliveries(1, isDelivered);
  expect(delivery).toMatchObject({
    state: 'delivered',
    attempts: [
      { attempt: 1, outcome: 'server_error', triggeredBy: 'schedule' },
      { attempt: 2, outcome: 'delivered', triggeredBy: 'resend by ada' },
    ],
  });
  expect(await queueLength(stage)).toBe(0);
});

test('a success that is recorded after the re-send does not swallow it', async () => {
  await using stage = await openStage();
  const { endpoint } = await stage.register('http://127.0.0.1:9/');
  await plantExhausted(stage, endpoint.endpointId, { count: 1 });
  const [delivery] = await stage.deliveries();
  const db = stage.db as unknown as Db;
  await again(stage, delivery);
  const [claimed] = await claim(db, { ...IDLE_WORKER, deliveriesMax: 1, slotsFree: 1 });
  if (!claimed) throw new Error('nothing claimed');
  expect(await again(stage, delivery)).toBe('follows'); // by the same person, even
  const at = '2026-11-22T06:00:00.000000Z';
  const receipt = { startedAt: at, finishedAt: at, durationMs: 1, detail: null, secretVersion: 1 };
  const next = { state: 'delivered', delayMs: null, retries: 0, disablesEndpoint: false } as const;
  const answer = { ...NO_EXCHANGE, responseStatus: 204, outcome: 'delivered' } as const;
  const { outcomes } = await recordAttempts(db, [{ ...claimed, ...receipt, ...answer, next }]);
  expect(outcomes).toEqual(['again']);
  expect(await stage.deliveries()).toMatchObject([{ state: 'pending', attempts: [{}, { outcome: 'delivered' }] }]);
  expect(await queueLength(stage)).toBe(1);
  const [following] = await claim(db, { ...IDLE_WORKER, deliveriesMax: 1, slotsFree: 1 });
  expect(following).toMatchObject({ attempt: claimed.attempt + 1, retries: 0, triggeredBy: 'resend by ada' });
});

test('a re-send whose attempt’s worker is gone follows when the lease ends', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant({ answer: { hang: true } });
  await stage.register(merchant.url);
  const planner = await stage.startWorker();
  await stage.settle(['po_1']);
  await merchant.waitForRequests(1);
  // As after kill -9: the claim stands and nobody will record it.
  await stage.database.pool.query(
    `alter table delivery.attempts add constraint no_receipt check (outcome <> 'interrupted') not valid`,
  );
  await planner.stop();
  merchant.answerWith({});
  const [pending] = await stage.deliveries();
  expect(await again(stage, pending)).toBe('follows');
  await sql`update delivery.queue set due_at = now()`.execute(stage.db); // half a minute passes
  await stage.startWorker();
  const [delivery] = await stage.whenDeliveries(1, isDelivered);
  expect(delivery?.attempts).toMatchObject([
    { outcome: 'lease_expired', finishedAt: null, triggeredBy: 'schedule' },
    { outcome: 'delivered', triggeredBy: 'resend by ada' },
  ]);
});

test('any number of re-sends of one delivery take one slot', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant({ answer: { hang: true } });
  await stage.register(merchant.url);
  await stage.startWorker();
  await stage.settle(['po_1']);
  await merchant.waitForRequests(1);
  const [underWay] = await stage.deliveries();
  for (let i = 0; i < 10; i += 1) expect(await again(stage, underWay)).toBe('follows');
  await systemClock.sleep(1_500); // longer than any poll
  expect(merchant.requests).toHaveLength(1);
});

test('a waiting delivery is brought forward', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant({
    answer: (_request, index) => ({ status: index === 0 ? 500 : 204 }),
  });
  await stage.register(merchant.url);
  await stage.startWorker({ retrySchedule: [3_600_000] });
  await stage.settle(['po_1']);
  const [waiting] = await stage.whenDeliveries(1, ({ attemptsMade }) => attemptsMade === 1);
  expect(await again(stage, waiting)).toBe('brought_forward');
  const [delivery] = await stage.whenDeliveries(1, isDelivered);
  expect(triggers(delivery)).toEqual(['schedule', 'resend by ada']);
});

test('is refused when the endpoint is disabled or removed, for another merchant and for no delivery', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  const { endpoint } = await stage.register(merchant.url);
  await stage.startWorker();
  await stage.settle(['po_1']);
  const [delivery] = await stage.whenDeliveries(1, isDelivered);
  const deliveryId = delivery?.deliveryId ?? '';
  const db = stage.api.db as unknown as Db;
  expect(await resendDelivery(db, { merchantId: 'mer_002', deliveryId, actor: 'eve' })).toBe('not_found');
  const nobody = '01a201d7-0b00-89b7-b4ae-383545f4e3cd';
  expect(await resendDelivery(db, { merchantId: MERCHANT, deliveryId: nobody, actor: 'ada' })).toBe('not_found');
  await sql`update delivery.endpoints set status = 'disabled', disabled_at = now(), disabled_reason = 'gone'`.execute(
    stage.db,
  );
  expect(await again(stage, delivery)).toBe('endpoint_disabled');
  await removeEndpoint(db, { merchantId: MERCHANT, endpointId: endpoint.endpointId });
  expect(await again(stage, delivery)).toBe('endpoint_removed');
  expect(await queueLength(stage)).toBe(0);
  expect(merchant.requests).toHaveLength(1);
});

test('twenty at once, while workers send: numbered without a gap, each request with its receipt', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant({ answer: { delayMs: 5 } });
  await stage.register(merchant.url);
  await stage.startWorker();
  await stage.startWorker();
  await stage.settle(['po_1']);
  const [delivery] = await stage.whenDeliveries(1, isDelivered);
  const outcomes = await Promise.all(Array.from({ length: 20 }, (_, i) => again(stage, delivery, `actor ${i}`)));
  expect(outcomes.every((outcome) => ['requeued', 'brought_forward', 'follows'].includes(outcome))).toBe(true);
  const [after] = await stage.whenDeliveries(
    1,
    (now) => isDelivered(now) && now.attempts.every(({ outcome }) => outcome === 'delivered'),
  );
  expect(after?.attempts.map(({ attempt }) => attempt)).toEqual(after?.attempts.map((_, index) => index + 1));
  expect(after?.attempts).toHaveLength(merchant.requests.length);
  expect(merchant.requests.length).toBeGreaterThan(1);
});

async function queueLength(stage: Stage): Promise<number> {
  const rows = await (stage.db as unknown as import('kysely').Kysely<DeliveryTables>)
    .selectFrom('delivery.queue')
    .select('delivery_id')
    .execute();
  return rows.length;
}
