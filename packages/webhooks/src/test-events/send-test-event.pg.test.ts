import { eventually, startFakeMerchant } from '@northwind/testing';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { MERCHANT, openStage, type Stage, verify } from '../../test/open-stage.ts';
import { readEndpoint } from '../endpoints/read-endpoint.ts';
import { removeEndpoint } from '../endpoints/remove-endpoint.ts';
import { listTests } from './list-tests.ts';
import { sendTestEvent } from './send-test-event.ts';

async function resultOf(stage: Stage, endpointId: string) {
  const read = () => listTests(stage.db, { merchantId: MERCHANT, endpointId, limit: 10 });
  await eventually(async () => (await read()).every(({ state }) => state !== 'pending'));
  return read();
}

test('a test is signed and delivered at once, whatever the endpoint subscribed to, and has a receipt', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  const { endpoint, secret } = await stage.register(merchant.url, ['payout.failed']);
  const { endpointId } = endpoint;
  await stage.startWorker();
  const outcome = await sendTestEvent(stage.api.db, { merchantId: MERCHANT, endpointId });
  const [request] = await merchant.waitForRequests(1);
  if (request === undefined || outcome.kind !== 'planned') throw new Error(outcome.kind);
  expect(request.headers['webhook-id']).toBe(outcome.webhookId);
  expect(verify(request, secret)).toMatchObject({ type: 'webhook.test', data: { endpointId, merchantId: MERCHANT } });
  expect(await resultOf(stage, endpointId)).toMatchObject([
    {
      webhookId: outcome.webhookId,
      eventType: 'webhook.test',
      payoutId: null,
      partition: null,
      offset: null,
      state: 'delivered',
      attempts: [{ attempt: 1, outcome: 'delivered', responseStatus: 204 }],
    },
  ]);
  // What tells of payouts is listed without it.
  expect(await stage.deliveries()).toEqual([]);
});

test('two tests are two messages, and one that fails is not sent again', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant({ answer: { status: 500 } });
  const { endpoint } = await stage.register(merchant.url);
  const { endpointId } = endpoint;
  await stage.startWorker({ retrySchedule: [1, 1, 1] });
  await sendTestEvent(stage.api.db, { merchantId: MERCHANT, endpointId });
  await sendTestEvent(stage.api.db, { merchantId: MERCHANT, endpointId });
  const tests = await resultOf(stage, endpointId);
  expect(tests.map(({ state, attemptsMade }) => [state, attemptsMade])).toEqual([
    ['exhausted', 1],
    ['exhausted', 1],
  ]);
  expect(new Set(merchant.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(2);
  expect(merchant.requests).toHaveLength(2);
  // Whoever asked is looking: it is no dead letter, and says nothing of the endpoint.
  expect(await stage.db.selectFrom('delivery.dead_letters').selectAll().execute()).toEqual([]);
  expect(await readEndpoint(stage.db, { merchantId: MERCHANT, endpointId })).toMatchObject({
    health: { consecutiveFailures: 0 },
  });
});

test('a test goes nowhere that other webhooks may not go', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  const { endpoint } = await stage.register(merchant.url);
  await stage.startWorker({ allowInsecureTargets: false });
  await sendTestEvent(stage.api.db, { merchantId: MERCHANT, endpointId: endpoint.endpointId });
  const [tested] = await resultOf(stage, endpoint.endpointId);
  expect(tested).toMatchObject({ state: 'exhausted', lastOutcome: 'blocked_target' });
  expect(merchant.requests).toHaveLength(0);
});

test('none is planned for an endpoint that is disabled, removed or another merchant’s', async () => {
  await using stage = await openStage();
  const { endpoint } = await stage.register('http://127.0.0.1:9/hook');
  const { endpointId } = endpoint;
  const send = (merchantId: string) => sendTestEvent(stage.api.db, { merchantId, endpointId });
  expect(await send('mer_002')).toEqual({ kind: 'endpoint_not_found' });
  await sql`update delivery.endpoints set status = 'disabled', disabled_at = now(), disabled_reason = 'gone'`.execute(
    stage.db,
  );
  expect(await send(MERCHANT)).toEqual({ kind: 'endpoint_disabled' });
  await removeEndpoint(stage.api.db as never, { merchantId: MERCHANT, endpointId });
  expect(await send(MERCHANT)).toEqual({ kind: 'endpoint_not_found' });
});
