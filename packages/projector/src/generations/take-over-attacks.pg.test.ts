/** What somebody tried who wanted two generations to be called equal, or one to take over, when they must not. */
import { pauseGroup } from '@northwind/event-store';
import type { LedgerTables } from '@northwind/event-store/tables';
import { adjustmentPosted, paymentCaptured, payoutFailed, payoutInitiated } from '@northwind/events';
import { openDatabase } from '@northwind/service-kit';
import { type Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { appendOn } from '../../test/append-on.ts';
import { nth } from '../../test/arbitrary-events.ts';
import { openProjection, type Projection } from '../../test/open-projection.ts';
import { readPosition } from '../position/read-position.ts';
import type { ReadTables } from '../tables.ts';
import { promote } from './promote.ts';
import { rebuild } from './rebuild.ts';
import { rollBack } from './roll-back.ts';

const signOff = { actor: 'ada', reason: 'a test' };
const ofMerchant = { merchantId: 'mer_001', currency: 'EUR' };
const PARTITION = 4;

const captured = (n: number) =>
  paymentCaptured({
    ...ofMerchant,
    paymentId: `pay_${n}`,
    amount: 1_000 + n,
    fee: 10,
    method: 'card',
    reference: 'r',
    time: nth(n),
  });
const adjusted = (n: number, amount = 1) =>
  adjustmentPosted({ ...ofMerchant, adjustmentId: `ad_${n}`, amount, reason: 'r', time: nth(n) });

function openAsOwner({ url }: Projection) {
  const limits = { statementMs: 0, idleInTransactionMs: 0 };
  return openDatabase<ReadTables>({ url, applicationName: 'attack', connectionsMax: 6, pipeline: true, limits });
}

const appliedTo = async ({ db }: Projection) => (await readPosition(db)).offsets.get(PARTITION);

test.each([
  [
    'amounts exchanged between two payments',
    `update read_g1.payments p set amount_minor = q.amount_minor
    from read_g1.payments q where (p.payment_id, q.payment_id) in (('pay_0', 'pay_7'), ('pay_7', 'pay_0'))`,
  ],
  [
    'an amount below zero taken for one of 32 bits without a sign',
    `update read_g1.adjustments
    set amount_minor = 4294967046 where amount_minor = -250`,
  ],
])('%s are no equal read models', async (_, damage) => {
  await using projection = await openProjection();
  await using database = openAsOwner(projection);
  await projection.append([...Array.from({ length: 20 }, (_, n) => captured(n)), adjusted(30, -250)]);
  await projection.startProjector();
  await projection.caughtUp();
  await sql.raw(damage).execute(database.db);
  const { comparison } = await rebuild({ database, lanes: 1 });
  expect(comparison).toMatchObject({ isEqual: false, merchantsDiffering: 1 });
});

test('a generation whose group is held back takes over neither by promotion nor by rollback', async () => {
  await using projection = await openProjection();
  await using database = openAsOwner(projection);
  const pause = (group: string) =>
    pauseGroup(database.db as unknown as Kysely<LedgerTables>, { group, actor: 'ada', reason: 'it costs' });
  await projection.startProjector();
  await projection.append([0, 1, 2].map((n) => adjusted(n)));
  await projection.caughtUp();
  const rebuilt = await rebuild({ database, lanes: 1 });
  await promote({ database, rebuilt });
  await pause('read_1');
  await projection.append([3, 4, 5, 6].map((n) => adjusted(n)));
  await projection.caughtUp();
  await expect(rollBack(database, signOff)).rejects.toThrow(
    'generation 1 stays at 4:3: its group is paused or stopped',
  );
  expect(await appliedTo(projection)).toBe(6n);

  const next = await rebuild({ database, lanes: 1 });
  await pause('read_3');
  await projection.append([7, 8].map((n) => adjusted(n)));
  await projection.caughtUp();
  await expect(promote({ database, rebuilt: next })).rejects.toThrow('generation 3 stays at 4:7');
  expect(await appliedTo(projection)).toBe(8n);
});

test('a payout that ends on another day than it began is applied in one batch with its beginning', async () => {
  await using projection = await openProjection();
  await using database = openAsOwner(projection);
  const payout = { merchantId: 'mer_001', payoutId: 'po_1' };
  const begun = payoutInitiated({
    ...payout,
    amount: 100,
    currency: 'EUR',
    method: 'standard',
    destination: 'b',
    time: nth(1),
  });
  const failed = payoutFailed({ ...payout, reasonCode: 'AC01', reason: 'x', time: nth(2) });
  await appendOn(projection, '2026-11-01T23:59:59Z', [begun]);
  await appendOn(projection, '2026-11-02T00:00:01Z', [failed]);
  await projection.startProjector();
  await projection.caughtUp();
  const batches: number[] = [];
  const { comparison } = await rebuild({ database, lanes: 1, onApplied: (events) => batches.push(events) });
  expect({ batches, isEqual: comparison.isEqual }).toEqual({ batches: [2], isEqual: true });
});

test('a table that only the active generation has is a difference, and is named', async () => {
  await using projection = await openProjection();
  await using database = openAsOwner(projection);
  await projection.startProjector();
  await projection.append([adjusted(0)]);
  await projection.caughtUp();
  await sql`create table read_g1.gone_by_day (merchant_id text, partition int2, "offset" int8)`.execute(database.db);
  const { comparison } = await rebuild({ database, lanes: 1 });
  expect(comparison).toMatchObject({ isEqual: false, onlyInActive: ['gone_by_day'], merchantsDiffering: 0 });
});
