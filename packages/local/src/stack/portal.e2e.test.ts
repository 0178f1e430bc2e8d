import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type CloudEvent, paymentCaptured, payoutInitiated, payoutSettled, toJson } from '@northwind/events';
import { eventually } from '@northwind/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPortal } from '../../test/build-portal.ts';
import { openBrowser } from '../../test/open-browser.ts';
import { makeLoginLink } from './make-login-link.ts';
import { REGION } from './service-environment.ts';
import { DEMO_MERCHANT, type RunningStack } from './stack-options.ts';
import { startStack } from './start-stack.ts';

const SCREENSHOT = join(tmpdir(), 'settlement-portal.png');
const merchantId = DEMO_MERCHANT;

let folder: string;
let stack: RunningStack;
let queue: SQSClient;
let browser: Browser;
let page: Page;
let second = 0;

async function send(...events: CloudEvent[]): Promise<void> {
  const Entries = events.map((event, index) => ({ Id: String(index), MessageBody: toJson(event) }));
  await queue.send(new SendMessageBatchCommand({ QueueUrl: stack.urls.eventsQueueUrl, Entries }));
}

const nextTime = () => {
  second += 1;
  return `2026-11-20T06:00:${String(second).padStart(2, '0')}.000000Z`;
};

const capture = (paymentId: string, amount: number) =>
  paymentCaptured({ paymentId, merchantId, time: nextTime(), amount, fee: 0, currency: 'EUR' });

/** The exact amount behind a figure of the page; null while it isn't there. */
const figure = async (testId: string): Promise<string | null> => {
  const found = page.getByTestId(testId);
  return (await found.count()) === 0 ? null : found.first().getAttribute('data-minor');
};

beforeAll(async () => {
  buildPortal();
  folder = mkdtempSync(join(tmpdir(), 'settlement-portal-'));
  chmodSync(folder, 0o755);
  [stack, browser] = await Promise.all([startStack({ folder: join(folder, 'stack') }), openBrowser()]);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  queue = new SQSClient({ endpoint: stack.urls.queueEndpoint, region: REGION, credentials });
  page = await browser.newPage({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' });
});

afterAll(async () => {
  await browser?.close();
  queue?.destroy();
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a login link opens the portal, once', async () => {
  await send(capture('pay_1', 100_000));
  const { url } = await makeLoginLink(stack.urls.databaseUrl, { merchantId, origin: stack.urls.api, ttlMs: 60_000 });
  await page.goto(url);
  await eventually(async () => expect(await figure('balance-available-EUR')).toBe('100000'), { timeoutMs: 30_000 });
  expect(await page.getByTestId('merchant-id').textContent()).toContain(merchantId);
  expect(page.url()).not.toContain('token');

  const stranger = await browser.newContext();
  const secondPage = await stranger.newPage();
  await secondPage.goto(url);
  await eventually(async () => expect(await secondPage.textContent('body')).toMatch(/link/i));
  expect(await secondPage.getByTestId('merchant-id').count()).toBe(0);
  await stranger.close();
});

test('balances and payouts change on the open page, without a reload', async () => {
  await page.evaluate(() => Object.assign(globalThis, { sameDocument: true }));
  await send(capture('pay_2', 2_345));
  await eventually(async () => expect(await figure('balance-available-EUR')).toBe('102345'), { timeoutMs: 10_000 });

  const payout = { payoutId: 'po_1', merchantId, amount: 50_000, currency: 'EUR' };
  await send(payoutInitiated({ ...payout, time: nextTime(), method: 'instant', destination: 'DE** **** 4242' }));
  const row = page.getByTestId('payout-row-po_1');
  await eventually(async () => expect(await row.getAttribute('data-status', { timeout: 500 })).toBe('initiated'), {
    timeoutMs: 10_000,
  });
  expect(await figure('balance-in-transit-EUR')).toBe('50000');
  expect(await figure('balance-available-EUR')).toBe('52345');

  await send(payoutSettled({ ...payout, time: nextTime(), railReference: 'RAIL-1' }));
  await eventually(async () => expect(await row.getAttribute('data-status', { timeout: 500 })).toBe('settled'), {
    timeoutMs: 10_000,
  });
  expect(await figure('balance-in-transit-EUR')).toBe('0');
  expect(await page.evaluate(() => 'sameDocument' in globalThis)).toBe(true);
  await page.screenshot({ path: SCREENSHOT, fullPage: true });
  expect(existsSync(SCREENSHOT)).toBe(true);
});

test('the page goes on by itself after the API was killed', async () => {
  const api = stack.children().find(({ name }) => name === 'api');
  process.kill(api?.pid ?? 0, 'SIGKILL');
  await send(capture('pay_3', 1_000));
  await eventually(async () => expect(await figure('balance-available-EUR')).toBe('53345'), { timeoutMs: 30_000 });
  expect(await page.evaluate(() => 'sameDocument' in globalThis)).toBe(true);
});
