/** A merchant is told once, whichever generation of the read models is the active one. */
import { promote, rebuild, rebuildSessions, rollBack } from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import { openDatabase } from '@northwind/service-kit';
import { eventually, type FakeMerchant, startFakeMerchant } from '@northwind/testing';
import { expect, test } from 'vitest';
import { MERCHANT, openStage, type Stage } from '../../test/open-stage.ts';
import { listWebhookEvents } from './list-webhook-events.ts';

const LANES = 2;
const signOff = { actor: 'ada', reason: 'a test' };
const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `po_${from + i}`);

/** Every event that the merchant is owed came once, and nothing else. */
async function expectOnce(
  stage: Stage,
  merchant: FakeMerchant,
  { endpointId, count }: { endpointId: string; count: number },
) {
  await eventually(() => merchant.requests.length >= count, { timeoutMs: 20_000 });
  await stage.planned();
  await stage.whenDeliveries(count, ({ state, attemptsMade }) => state === 'delivered' && attemptsMade === 1, 20_000);
  const came = merchant.requests.map(({ headers, rawBody }) => `${headers['webhook-id']} ${rawBody}`);
  const answer = await listWebhookEvents(stage.db, { merchantId: MERCHANT, endpointId, limit: 1_000 });
  if (answer === 'endpoint_not_found') throw new Error(answer);
  const owed = answer.events.map(({ webhooks, body }) => `${webhooks[0]?.webhookId} ${body}`);
  expect(came.toSorted()).toEqual(owed.toSorted());
  expect(owed).toHaveLength(count);
}

test('a promoted rebuild re-sends nothing and misses nothing, and neither does going back', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  await using owner = openDatabase<ReadTables>({
    url: stage.url,
    applicationName: 'rebuild',
    ...rebuildSessions(LANES),
  });
  const { endpoint } = await stage.register(merchant.url, ['payout.initiated', 'payout.settled']);
  const { endpointId } = endpoint;
  await stage.startWorker();
  await stage.startWorker();

  await stage.settle(ids(0, 30));
  await expectOnce(stage, merchant, { endpointId, count: 60 });

  const meanwhile = stage.settle(ids(30, 40));
  const rebuilt = await rebuild({ database: owner, lanes: LANES });
  await meanwhile;
  expect(await promote({ database: owner, rebuilt })).toMatchObject({ generation: 2, status: 'active' });
  await stage.settle(ids(40, 60));
  await expectOnce(stage, merchant, { endpointId, count: 120 });

  expect(await rollBack(owner, signOff)).toMatchObject({ generation: 1 });
  await stage.settle(ids(60, 80));
  await expectOnce(stage, merchant, { endpointId, count: 160 });
}, 60_000);
