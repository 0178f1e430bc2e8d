import { systemClock } from '@northwind/service-kit';
import { expect, test } from 'vitest';
import { startFakeMerchant } from './start-fake-merchant.ts';

const post = (url: string, body: string | Uint8Array<ArrayBuffer>, init: RequestInit = {}) =>
  fetch(url, { method: 'POST', body, ...init });

test('records each request as it came', async () => {
  await using merchant = await startFakeMerchant();
  const bytes = Uint8Array.from([0x7b, 0xff, 0x00, 0x7d]);
  const response = await post(merchant.url, bytes, { headers: { 'Webhook-Id': 'msg_1' } });
  expect(response.status).toBe(204);
  const [request] = await merchant.waitForRequests(1);
  expect(request).toMatchObject({ method: 'POST', path: '/webhooks', headers: { 'webhook-id': 'msg_1' } });
  expect([...(request?.rawBody ?? [])]).toEqual([...bytes]);
  expect(Math.abs((request?.arrivedAtMs ?? 0) - systemClock.nowMs())).toBeLessThan(10_000);
});

test('answers as it is told, request by request', async () => {
  const statuses = [500, 503, 200];
  await using merchant = await startFakeMerchant({
    answer: (_request, index) => ({ status: statuses[index] ?? 410, headers: { 'retry-after': '7' }, body: 'well' }),
  });
  for (const status of statuses) {
    const response = await post(merchant.url, '{}');
    expect([response.status, response.headers.get('retry-after'), await response.text()]).toEqual([
      status,
      '7',
      'well',
    ]);
  }
  merchant.answerWith({ status: 202, delayMs: 30 });
  expect((await post(merchant.url, '{}')).status).toBe(202);
  expect(merchant.requests).toHaveLength(4);
});

test('resets, or hangs until it is stopped', async () => {
  await using merchant = await startFakeMerchant({ answer: { reset: true } });
  await expect(post(merchant.url, '{}')).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
  merchant.answerWith({ hang: true });
  await expect(post(merchant.url, '{}', { signal: AbortSignal.timeout(100) })).rejects.toThrow(/timeout/);
  const hanging = post(merchant.url, '{}').catch((error: Error) => error.message);
  await merchant.waitForRequests(3);
  await merchant.stop();
  expect(await hanging).toBe('fetch failed');
});
