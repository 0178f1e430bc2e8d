import { expect, test } from 'vitest';
import { NO_EXCHANGE } from '../receipts/receipt.ts';
import { heedDeliveryHeader } from './heed-delivery-header.ts';
import { OUTCOMES, type Outcome } from './outcome.ts';

const answer = (outcome: Outcome, header?: string | string[]) => ({
  ...NO_EXCHANGE,
  outcome,
  detail: 'as it was',
  responseStatus: 500,
  responseHeaders: header === undefined ? {} : { 'webhook-delivery': header },
  responseBody: '',
  retryAfterMs: null,
});

test.each([
  ['server_error', 'disable', 'disable_requested', true],
  ['server_error', ' Disable ', 'disable_requested', true],
  ['client_error', ['abort-message', 'disable'], 'disable_requested', true],
  ['redirect_not_followed', 'abort-message', 'abort_requested', false],
  ['delivered', 'disable', 'delivered', true],
  ['delivered', 'abort-message', 'delivered', false],
  ['gone', 'abort-message', 'gone', false],
  ['server_error', 'disabled, abort', 'server_error', false],
  ['timeout', undefined, 'timeout', false],
] as const)('%s with %j is %s', (outcome, header, expected, disableRequested) => {
  const heeded = heedDeliveryHeader(answer(outcome, header as string | string[] | undefined));
  expect(heeded).toMatchObject({ answer: { outcome: expected }, disableRequested });
  expect(heeded.answer.detail).toBe(expected === outcome ? 'as it was' : OUTCOMES[expected]);
});

test('without any headers there is no wish', () => {
  const { answer: same, disableRequested } = heedDeliveryHeader({ ...answer('dns_failed'), responseHeaders: null });
  expect([same.outcome, disableRequested]).toEqual(['dns_failed', false]);
});
