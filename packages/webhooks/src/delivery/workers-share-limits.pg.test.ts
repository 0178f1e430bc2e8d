import { systemClock } from '@northwind/service-kit';
import { eventually, type MerchantRequest, startFakeMerchant } from '@northwind/testing';
import { expect, test } from 'vitest';
import { openStage } from '../../test/open-stage.ts';

const isDelivered = ({ state }: { state: string }) => state === 'delivered';
const payouts = (count: number) => Array.from({ length: count }, (_, i) => `po_${i}`);

/** Most requests that came within any so many milliseconds. */
function mostWithin(requests: readonly MerchantRequest[], ms: number): number {
  const times = requests.map(({ arrivedAtMs }) => arrivedAtMs);
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + ms).length));
}

test('two workers keep an endpoint’s rate together, and use it', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant();
  await stage.register(merchant.url);
  await stage.db.updateTable('delivery.endpoints').set({ rate_per_second: 20 }).execute();
  await stage.startWorker();
  await stage.startWorker();
  await stage.settle(payouts(40));
  await stage.whenDeliveries(40, isDelivered, 20_000);
  // 5 may go at once after the pause before, the other 35 take 1.75 s; without a rate all of them take a moment.
  const times = merchant.requests.map(({ arrivedAtMs }) => arrivedAtMs);
  expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(1_500);
});

test('a merchant whose endpoints all hang leaves slots for another', async () => {
  await using stage = await openStage();
  await using hung = await startFakeMerchant({ answer: { hang: true } });
  await using other = await startFakeMerchant();
  for (let n = 0; n < 8; n += 1) await stage.register(`${hung.url}/${n}`);
  await stage.register(other.url, undefined, 'mer_002');
  await stage.startWorker({ concurrency: 8, totalDeadlineMs: 15_000 });
  await stage.settle(payouts(10));
  await hung.waitForRequests(4);
  await stage.planned();
  await systemClock.sleep(1_000); // time to take every slot
  expect(hung.requests.length).toBeLessThan(8);
  const began = performance.now();
  await stage.settle(['po_other'], 'mer_002');
  await other.waitForRequests(1);
  expect(performance.now() - began).toBeLessThan(5_000);
});

test('two workers send one probe to a dead endpoint, and all of its backlog once it is back', async () => {
  await using stage = await openStage();
  await using merchant = await startFakeMerchant({ answer: { status: 500, delayMs: 20 } });
  await using other = await startFakeMerchant();
  await stage.register(merchant.url);
  const healthRules = { failuresToOpen: 3, pauseMs: 600, pauseMaxMs: 600 };
  await stage.startWorker({ healthRules, retrySchedule: Array(20).fill(10) });
  await stage.startWorker({ healthRules, retrySchedule: Array(20).fill(10) });
  await stage.settle(payouts(20));
  const openings = async () =>
    (await stage.db.selectFrom('delivery.endpoint_health').select('openings').executeTakeFirstOrThrow()).openings;
  await eventually(async () => (await openings()) === 1);
  await stage.register(other.url);
  await eventually(async () => (await openings()) >= 2);
  const before = merchant.requests.length;
  await eventually(async () => (await openings()) >= 5, { timeoutMs: 15_000 });
  const probes = merchant.requests.slice(before - 1);
  expect(mostWithin(probes, 500)).toBe(1);
  await stage.settle(['po_other']);
  await other.waitForRequests(1);
  merchant.answerWith({ status: 204 });
  await stage.whenDeliveries(22, isDelivered, 20_000);
});
