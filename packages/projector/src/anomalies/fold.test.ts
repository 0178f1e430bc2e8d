import { readFileSync } from 'node:fs';
import {
  adjustmentPosted,
  type CloudEvent,
  disputeLost,
  disputeOpened,
  disputeWon,
  paymentCaptured,
  payoutFailed,
  payoutInitiated,
  payoutReturned,
  payoutSettled,
  payoutSubmitted,
  refundSucceeded,
} from '@northwind/events';
import { describe, expect, test } from 'vitest';
import { foldEvents } from '../../test/fold-events.ts';
import type { AnomalyKind } from '../folding.ts';

const KINDS: Readonly<Record<AnomalyKind, true>> = {
  amount_mismatch: true,
  business_duplicate: true,
  currency_mismatch: true,
  negative_balance: true,
  over_refund: true,
  settled_and_failed: true,
  unknown_payment: true,
  won_and_lost: true,
};

const merchantId = 'mer_001';
const time = '2026-11-01T00:00:00Z';
const later = '2026-11-09T00:00:00Z';
const EUR = { currency: 'EUR' } as const;
const USD = { currency: 'USD' } as const;

const captured = paymentCaptured({ merchantId, paymentId: 'pay_1', amount: 10_000, fee: 0, ...EUR, time });
const refund = (amount: number, money: { currency: string } = EUR, refundId = 're_1') =>
  refundSucceeded({ merchantId, refundId, paymentId: 'pay_1', amount, ...money, time });
const dispute = { merchantId, disputeId: 'dp_1', paymentId: 'pay_1', time };
const payout = { merchantId, payoutId: 'po_1', time };
const initiated = payoutInitiated({ ...payout, amount: 5_000, ...EUR, method: 'instant', destination: 'NL··1' });
const settled = (amount: number, money: { currency: string } = EUR) =>
  payoutSettled({ ...payout, amount, ...money, railReference: 'rail_1' });
const failed = payoutFailed({ ...payout, reasonCode: 'AC04', reason: 'closed account' });

/** Kind and offset of each, but for balances that go below zero on the way, and what was posted last. */
function show(...events: readonly CloudEvent[]) {
  const { anomalies, balances, postings } = foldEvents(...events);
  const shown = anomalies.filter(({ kind }) => kind !== 'negative_balance').map(({ kind, offset }) => [kind, offset]);
  return { shown, balances, lastPosted: postings.at(-1)?.entries };
}

test('the README has a row for each kind, and no other', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const table = readme.slice(readme.indexOf('## Anomalies'), readme.indexOf('## Reading'));
  const listed = [...table.matchAll(/^\| `(\w+)` /gm)].map(([, kind]) => kind);
  expect(listed.toSorted()).toEqual(Object.keys(KINDS));
});

describe('business_duplicate: nothing is posted, no row changes, the timeline does not show it', () => {
  const facts: readonly CloudEvent[] = [
    captured,
    refund(100),
    disputeOpened({ ...dispute, amount: 70, ...EUR }),
    disputeWon({ ...dispute, amount: 70, ...EUR }),
    disputeLost({ ...dispute, amount: 70, ...EUR }),
    adjustmentPosted({ merchantId, adjustmentId: 'ad_1', amount: -3, ...EUR, reason: 'correction', time }),
    initiated,
    payoutSubmitted({ ...payout, railReference: 'rail_1' }),
    settled(5_000),
    failed,
    payoutReturned({ ...payout, reasonCode: 'MD07', reason: 'deceased' }),
  ];

  test.each(facts.map((fact) => [fact.type, fact] as const))('%s', (type, fact) => {
    const again = { ...fact, time: later, data: { ...fact.data, ...('amount' in fact.data ? { amount: 9 } : {}) } };
    const once = foldEvents(...facts);
    const twice = foldEvents(...facts, again);
    const [found, ...others] = twice.anomalies.slice(once.anomalies.length);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ kind: 'business_duplicate', offset: 11n, subject: fact.subject, detail: { type } });
    expect({ ...twice, anomalies: once.anomalies }).toEqual(once);
  });
});

test.each([
  ['settled, then failed', [settled(5_000), failed]],
  ['failed, then settled', [failed, settled(5_000)]],
] as const)('settled_and_failed: settled is posted, told once at the second: %s', (_, facts) => {
  const returned = payoutReturned({ ...payout, reasonCode: 'MD07', reason: 'deceased' });
  expect(show(captured, ...facts, returned).shown).toEqual([['settled_and_failed', 2n]]);
  expect(show(captured, ...facts).balances).toMatchObject([{ availableMinor: 5_000n, paidOutMinor: 5_000n }]);
});

test.each([
  ['won, then lost', [disputeWon, disputeLost]],
  ['lost, then won', [disputeLost, disputeWon]],
] as const)('won_and_lost: lost is posted, told once at the second: %s', (_, tell) => {
  const facts = tell.map((build) => build({ ...dispute, amount: 700, ...EUR }));
  const { shown, balances } = show(captured, ...facts, disputeOpened({ ...dispute, amount: 700, ...EUR }));
  expect(shown).toEqual([['won_and_lost', 2n]]);
  expect(balances).toMatchObject([{ availableMinor: 9_300n, reservedMinor: 0n, disputesMinor: 700n }]);
});

describe('amount_mismatch: the amount of the most decisive fact is posted', () => {
  test.each([
    ['another amount', settled(4_900), [['EUR', 5_100n, 0n, 4_900n]]],
    [
      'another currency',
      settled(5_000, USD),
      [
        ['EUR', 10_000n, 0n, 0n],
        ['USD', -5_000n, 0n, 5_000n],
      ],
    ],
  ] as const)('a payout settled with %s than initiated', (_, other, expected) => {
    for (const facts of [
      [initiated, other],
      [other, initiated],
    ]) {
      const { shown, balances } = show(captured, ...facts);
      expect(shown).toEqual([['amount_mismatch', 2n]]);
      const moved = balances.map((b) => [b.currency, b.availableMinor, b.inTransitMinor, b.paidOutMinor]);
      expect(moved.toSorted()).toEqual(expected);
    }
  });

  test('two facts of a dispute', () => {
    const opened = disputeOpened({ ...dispute, amount: 700, ...EUR });
    const lost = disputeLost({ ...dispute, amount: 650, ...EUR });
    for (const facts of [
      [opened, lost],
      [lost, opened],
    ]) {
      const { shown, balances } = show(captured, ...facts);
      expect(shown).toEqual([['amount_mismatch', 2n]]);
      expect(balances).toMatchObject([{ availableMinor: 9_350n, reservedMinor: 0n, disputesMinor: 650n }]);
    }
    const elsewhere = disputeLost({ ...dispute, amount: 700, ...USD });
    expect(show(captured, opened, elsewhere).shown).toEqual([
      ['currency_mismatch', 2n],
      ['amount_mismatch', 2n],
    ]);
  });
});

describe('unknown_payment: the money is posted in full, the payment gets a row, and its capture fills it in', () => {
  test.each([
    ['a refund', refund(100), { refundedMinor: 100n, disputedMinor: 0n }],
    [
      'a dispute’s fact',
      disputeOpened({ ...dispute, amount: 100, ...EUR }),
      { refundedMinor: 0n, disputedMinor: 100n },
    ],
  ] as const)('%s', (_, event, taken) => {
    const before = foldEvents(event);
    expect(before.anomalies.map(({ kind }) => kind)).toEqual(['unknown_payment', 'negative_balance']);
    expect(before.balances).toMatchObject([{ availableMinor: -100n }]);
    expect(before.payments).toMatchObject([{ paymentId: 'pay_1', amountMinor: null, capturedAt: null, ...taken }]);
    const after = foldEvents(event, captured);
    expect(after.anomalies).toEqual(before.anomalies);
    expect(after.payments).toMatchObject([{ amountMinor: 10_000n, capturedAt: expect.any(String), ...taken }]);
    expect(after.balances).toMatchObject([{ availableMinor: 9_900n }]);
  });
});

describe('currency_mismatch: the money is posted in its own currency, and the payment adds unlike things', () => {
  test.each([
    ['a refund', refund(100, USD), { refundedMinor: 100n }],
    ['a dispute’s fact', disputeOpened({ ...dispute, amount: 100, ...USD }), { disputedMinor: 100n }],
  ] as const)('%s', (_, event, taken) => {
    const { shown, balances } = show(captured, event);
    expect(shown).toEqual([['currency_mismatch', 1n]]);
    expect(balances).toMatchObject([
      { currency: 'EUR', availableMinor: 10_000n },
      { currency: 'USD', availableMinor: -100n },
    ]);
    expect(foldEvents(captured, event).payments).toMatchObject([{ currency: 'EUR', ...taken }]);
  });

  test('that shows when the capture comes after', () => {
    expect(show(refund(100, USD), captured).shown).toEqual([
      ['unknown_payment', 0n],
      ['currency_mismatch', 1n],
    ]);
  });
});

test('over_refund: the refund is posted', () => {
  expect(show(captured, refund(10_000)).shown).toEqual([]);
  const { shown, balances, lastPosted } = show(captured, refund(9_999), refund(2, EUR, 're_2'));
  expect(shown).toEqual([['over_refund', 2n]]);
  expect(balances).toMatchObject([{ availableMinor: -1n, refundsMinor: 10_001n }]);
  expect(lastPosted).toContainEqual({ account: 'merchant_payable', currency: 'EUR', amountMinor: -2n });
  expect(show(refund(10_001), captured).shown).toEqual([
    ['unknown_payment', 0n],
    ['over_refund', 1n],
  ]);
});

test('negative_balance: told where the balance goes below zero, not while it stays there', () => {
  const adjust = (amount: number, index: number) =>
    adjustmentPosted({ merchantId, adjustmentId: `ad_${index}`, amount, ...EUR, reason: 'correction', time });
  const { anomalies, balances } = foldEvents(...[-5, -5, 20, -20].map(adjust));
  expect(anomalies.map(({ kind, offset }) => [kind, offset])).toEqual([
    ['negative_balance', 0n],
    ['negative_balance', 3n],
  ]);
  expect(balances).toMatchObject([{ availableMinor: -10n, adjustmentsMinor: -10n }]);
});
