import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { paymentCaptured, payoutInitiated, payoutSettled, toJson } from '@northwind/events';
import { eventually, type FakeMerchant, startFakeMerchant } from '@northwind/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPortal } from '../../test/build-portal.ts';
import { openBrowser } from '../../test/open-browser.ts';
import { makeLoginLink } from './make-login-link.ts';
import { REGION } from './service-environment.ts';
import { DEMO_MERCHANT, type RunningStack } from './stack-options.ts';
import { startStack } from './start-stack.ts';

const SCREENSHOT = join(tmpdir(), 'settlement-portal-resend.png');
const merchantId = DEMO_MERCHANT;

let folder: string;
let stack: RunningStack;
let shop: FakeMerchant;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  buildPortal();
  folder = mkdtempSync(join(tmpdir(), 'settlement-resend-'));
  chmodSync(folder, 0o755);
  [stack, browser, shop] = await Promise.all([
    startStack({ folder: join(folder, 'stack') }),
    openBrowser(),
    startFakeMerchant(),
  ]);
  page = await browser.newPage({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' });
});

afterAll(async () => {
  await browser?.close();
  await shop?.stop();
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a webhook is sent again from its payout, by keyboard, without a reload', async () => {
  await register(shop.url);
  await settle('po_1');
  await shop.waitForRequests(1, 30_000);
  const { url } = await makeLoginLink(stack.urls.databaseUrl, { merchantId, origin: stack.urls.api, ttlMs: 60_000 });
  await page.goto(url);
  await page.getByTestId('payout-link-po_1').click({ timeout: 30_000 });
  const webhookId = shop.requests[0]?.headers['webhook-id'] ?? '';
  const card = page.getByTestId(`delivery-${webhookId}`);
  await card.waitFor({ timeout: 10_000 });
  await eventually(async () => expect(await card.getAttribute('data-state')).toBe('delivered'), { timeoutMs: 10_000 });
  await page.evaluate(() => Object.assign(globalThis, { sameDocument: true }));

  const button = page.getByTestId(`resend-${webhookId}`);
  await button.focus();
  await page.keyboard.press('Enter');
  await shop.waitForRequests(2, 10_000);
  const said = page.getByTestId(`resend-said-${webhookId}`);
  await eventually(async () => expect(await said.textContent()).toBe('Sent again and delivered.'), {
    timeoutMs: 15_000,
  });
  expect(await said.getAttribute('role')).toBe('status');
  expect(await page.getByTestId(`attempt-${webhookId}-2`).textContent()).toContain('sent again by hand');
  expect(shop.requests[1]?.headers['webhook-id']).toBe(webhookId);
  expect(await button.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
  expect(await page.evaluate(() => 'sameDocument' in globalThis)).toBe(true);
  await card.scrollIntoViewIfNeeded();
  await page.screenshot({ path: SCREENSHOT });
});

async function register(url: string): Promise<void> {
  const { status } = await fetch(`${stack.urls.api}/v1/webhook-endpoints`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stack.keys.merchant}`, 'content-type': 'application/json' },
    body: JSON.stringify({ url }),
  });
  expect(status).toBe(201);
}

async function settle(payoutId: string): Promise<void> {
  const at = (second: number) => `2026-11-20T06:00:0${second}.000000Z`;
  const payout = { payoutId, merchantId, amount: 50_000, currency: 'EUR' };
  const events = [
    paymentCaptured({ paymentId: 'pay_1', merchantId, time: at(1), amount: 100_000, fee: 0, currency: 'EUR' }),
    payoutInitiated({ ...payout, time: at(2), method: 'instant', destination: 'DE** **** 4242' }),
    payoutSettled({ ...payout, time: at(3), railReference: 'RAIL-1' }),
  ];
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const queue = new SQSClient({ endpoint: stack.urls.queueEndpoint, region: REGION, credentials });
  const Entries = events.map((event, index) => ({ Id: String(index), MessageBody: toJson(event) }));
  await queue.send(new SendMessageBatchCommand({ QueueUrl: stack.urls.eventsQueueUrl, Entries }));
  queue.destroy();
}
