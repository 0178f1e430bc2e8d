import { expect, test } from 'vitest';
import type { Traffic } from '../simulation/generate-traffic.ts';
import { type Evidence, judgeOutcome } from './judge-outcome.ts';

const payout = {
  merchantId: 'mer_001',
  payoutId: 'po_1',
  status: 'returned',
  amountMinor: 500n,
  currency: 'EUR',
} as const;
const traffic: Traffic = {
  messages: [],
  counts: { fresh: 3, duplicate: 2, conflict: 1, invalid: 1 },
  merchantIds: ['mer_001'],
  balances: [],
  payouts: [payout],
  rejectedFields: { time: 1 },
};
const event = (offset: bigint) => ({ partition: 4, offset, messageId: null, merchantId: 'mer_001', type: 'x' });
const progress = {
  received: 7,
  appended: 3,
  duplicate: 2,
  conflict: 1,
  rejected: 1,
  conflictBodies: 1,
  rejectedMessages: 1,
  lag: 0,
  planned: 1,
  delivered: 1,
};
const right: Evidence = {
  traffic,
  arrived: { progress, appliedAtMs: 1, missing: [] },
  outcome: {
    balances: [],
    payouts: [payout],
    events: [event(0n), event(1n), event(2n)],
    rejectedFields: { time: 1 },
    deadLetters: 0,
    lastChanges: new Map(),
  },
  webhooks: [{ ...payout, webhookId: 'msg_1', partition: 4, offset: 2n, receivedAtMs: 1 }],
  streams: new Map(),
  problems: [],
};
const withProgress = (over: Partial<typeof progress>): Evidence => ({
  ...right,
  arrived: { ...right.arrived, progress: { ...progress, ...over } },
});

test('all is right, also when the queue delivered messages again', () => {
  expect(judgeOutcome(right)).toEqual([]);
  expect(judgeOutcome(withProgress({ received: 9, duplicate: 3, conflict: 2 }))).toEqual([]);
});

const [webhook] = right.webhooks;
const wrongs: readonly [string, Evidence][] = [
  [
    'not everything arrived',
    { ...right, arrived: { ...right.arrived, missing: ['5 messages are still on the queue'] } },
  ],
  [
    'events in the log: 2 instead of 3',
    { ...right, outcome: { ...right.outcome, events: right.outcome.events.slice(1) } },
  ],
  ['events counted as appended', withProgress({ appended: 4, received: 8 })],
  ['appended + duplicate + conflict + rejected: 7 instead of 8', withProgress({ received: 8 })],
  ['duplicates: 1, fewer than the 2 sent', withProgress({ duplicate: 1, received: 6 })],
  ['conflicts recorded', withProgress({ conflictBodies: 2 })],
  ['rejections recorded', withProgress({ rejectedMessages: 0 })],
  ['rejections that name time: 0', { ...right, outcome: { ...right.outcome, rejectedFields: { body: 1 } } }],
  ['payouts: po_1 is missing', { ...right, outcome: { ...right.outcome, payouts: [] } }],
  ['webhooks planned: 2 instead of 1', withProgress({ planned: 2 })],
  ['1 webhooks were given up', { ...right, outcome: { ...right.outcome, deadLetters: 1 } }],
  ['po_1 settled and nobody was told', { ...right, webhooks: [] }],
  ['1 payouts were told twice', { ...right, webhooks: [...right.webhooks, ...right.webhooks] }],
  ['po_1 was told as 1 EUR', { ...right, webhooks: webhook ? [{ ...webhook, amountMinor: 1n }] : [] }],
  [
    'po_2 was told and had not settled',
    { ...right, webhooks: webhook ? [webhook, { ...webhook, payoutId: 'po_2' }] : [] },
  ],
  ['the stream broke', { ...right, problems: ['the stream broke'] }],
];

test.each(wrongs)('%s', (message, evidence) => {
  expect(judgeOutcome(evidence)).toContainEqual(expect.stringContaining(message));
});
