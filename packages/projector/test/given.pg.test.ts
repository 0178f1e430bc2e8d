import { paymentCaptured, refundSucceeded } from '@northwind/events';
import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { feeRevenueByDay } from '../examples/fee-revenue-by-day/fold.ts';
import type { ReadModel } from '../src/folding.ts';
import { READ_MODELS } from '../src/read-models.ts';
import { keyedTable } from '../src/working-set/table.ts';
import { arbitraryEvents } from './arbitrary-events.ts';
import { specOf } from './given.ts';
import { specInPostgres } from './given-in-postgres.ts';
import { openProjection } from './open-projection.ts';

const payment = { merchantId: 'mer_001', paymentId: 'pay_1', currency: 'EUR' };
const captured = paymentCaptured({ ...payment, amount: 1_000, fee: 30, time: '2026-11-01T00:00:00Z' });
const refunded = refundSucceeded({
  ...payment,
  refundId: 're_1',
  amount: 400,
  feeRefunded: 12,
  time: '2026-11-02T00:00:00Z',
});

test('a specification says the same of memory and of PostgreSQL, and leaves nothing behind', async () => {
  await using projection = await openProjection();
  const given = specInPostgres(projection.db, [...READ_MODELS, feeRevenueByDay]);
  await given(captured)
    .when(refunded)
    .then({
      payments: [{ refundedMinor: 400n }],
      fee_revenue_by_day: [{ day: '2026-11-02', givenBackMinor: 12n }],
      anomalies: [],
    });
  await expect(given(captured).when(refunded).then({ payments: [] })).rejects.toThrow('is one more');
  const { rows } = await sql`select generation from read.generations`.execute(projection.db);
  expect(rows).toEqual([{ generation: 1 }]);
});

test('whatever the traffic and however it is cut into batches, PostgreSQL holds what memory holds', async () => {
  await using projection = await openProjection();
  const given = specInPostgres(projection.db, [...READ_MODELS, feeRevenueByDay]);
  const events = arbitraryEvents({ minLength: 10, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(events, fc.nat({ max: 9 }), async (all, cut) => {
      await given(...all.slice(0, cut))
        .when(...all.slice(cut))
        .then({});
    }),
    { numRuns: 8 },
  );
});

interface Visit {
  readonly merchantId: string;
  readonly number: bigint;
}

test('a fold that knows more than the log says is found out', async () => {
  await using projection = await openProjection();
  const visitsTable = keyedTable<Visit>({
    name: 'visits',
    key: ['merchantId'],
    columns: { merchantId: 'text', number: 'int8' },
    definition: { comment: 'How many events this process has folded', keyServes: 'a look-up' },
  });
  let folded = 0n;
  const visits: ReadModel = {
    name: 'visits',
    tables: [visitsTable],
    want: (event, working) => working.rows(visitsTable).want(event.merchantId),
    fold({ event, working }) {
      folded += 1n;
      working.rows(visitsTable).put({ merchantId: event.merchantId, number: folded });
    },
  };
  specOf([visits])()
    .when(captured)
    .then({ visits: [{ number: 1n }] });
  folded = 0n;
  const spec = specInPostgres(projection.db, [visits])()
    .when(captured)
    .then({ visits: [{ number: 1n }] });
  await expect(spec).rejects.toThrow('PostgreSQL holds what memory does not');
  await expect(spec).rejects.toThrow('visits (mer_001) number: expected 1n, found 2n');
});
