import { adjustmentPosted, paymentCaptured, refundSucceeded } from '@northwind/events';
import { expect, test } from 'vitest';
import type { ReadModel } from '../src/folding.ts';
import { keyedTable } from '../src/working-set/table.ts';
import { given, specOf } from './given.ts';

const payment = { merchantId: 'mer_001', paymentId: 'pay_1', currency: 'EUR' };
const captured = paymentCaptured({ ...payment, amount: 1_000, fee: 30, time: '2026-11-01T00:00:00Z' });
const refunded = refundSucceeded({ ...payment, refundId: 're_1', amount: 400, time: '2026-11-02T00:00:00Z' });

test('then is what the events of when have written, and no more', () => {
  given(captured)
    .when(refunded)
    .then({
      payments: [{ refundedMinor: 400n, offset: 1n }],
      journal: [{ kind: 'refund', processorReceivableMinor: 400n }],
      disputes: [],
    });
  given(captured, refunded)
    .when(refunded)
    .then({ payments: [], anomalies: [{ kind: 'business_duplicate' }] });
});

test('a failure tells the events, and each difference by row and column', () => {
  const spec = () =>
    given(captured)
      .when(refunded)
      .then({
        balances: [{ availableMinor: 600n, refundsMinor: 400n }],
        payments: [],
        anomalies: [{ kind: 'over_refund', detail: { amountMinor: 1_000n } }],
      });
  expect(spec).toThrow(
    [
      'rows are not as specified',
      'given 0:0 payment.captured pay_1',
      'when  0:1 refund.succeeded re_1',
      'balances (mer_001 · EUR) availableMinor: expected 600n, found 570n',
      "payments (mer_001 · pay_1) is one more: { merchantId: 'mer_001', paymentId: 'pay_1', ",
    ].join('\n  '),
  );
  expect(spec).toThrow("\n  anomalies: no row is like { kind: 'over_refund', detail: { amountMinor: 1000n } }");
});

test('a table or a column that is not there is an error, not an empty answer', () => {
  expect(() => given().when(captured).then({ payment: [] })).toThrow('there is no table payment: refunds, ');
  expect(() =>
    given()
      .when(captured)
      .then({ payments: [{ amount: 1_000n }] }),
  ).toThrow('payments has no column amount: merchantId, paymentId, ');
});

interface Note {
  readonly merchantId: string;
  readonly count: bigint;
  readonly text: string | null;
}

const notesTable = keyedTable<Note>({
  name: 'notes',
  key: ['merchantId'],
  columns: { merchantId: 'text', count: 'int8', text: 'text' },
  nullable: ['text'],
});

/** A model that writes this row at every event. */
function writes(row: object): ReadModel {
  return {
    name: 'notes',
    tables: [notesTable],
    want: (event, working) => working.rows(notesTable).want(event.merchantId),
    fold: ({ event, working }) =>
      working.rows(notesTable).put({ merchantId: event.merchantId, count: 1n, text: null, ...row }),
  };
}

test.each([
  ['null where none may be', { count: null }, 'notes.count is null in a row: give it a value'],
  ['a number for money', { count: 1 }, 'notes.count is int8 and takes a bigint: a row has number'],
  ['a column too few', { text: undefined }, 'notes.text is text and takes a string: a row has undefined'],
  ['a column too many', { colour: 'red' }, 'notes has no column for colour, which a row has'],
])('memory takes no row that PostgreSQL would not: %s', (_, row, message) => {
  expect(() =>
    specOf([writes(row)])()
      .when(captured)
      .then({}),
  ).toThrow(message);
});

test('a key that only an earlier event wanted is not there', () => {
  const forgetful: ReadModel = {
    ...writes({}),
    want(event, working) {
      if (event.fact.type === 'payment.captured') working.rows(notesTable).want(event.merchantId);
    },
  };
  const adjusted = adjustmentPosted({
    merchantId: 'mer_001',
    adjustmentId: 'ad_1',
    amount: 1,
    currency: 'EUR',
    reason: 'correction',
    time: '2026-11-03T00:00:00Z',
  });
  expect(() => specOf([forgetful])(captured).when(adjusted).then({})).toThrow(
    'read model notes: the row of notes with merchantId mer_001 was put, but not wanted',
  );
});
