import { partitionOf } from '@northwind/events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { appendOn, merchantOf, spreadOver } from '../../test/append-on.ts';
import { arbitraryEvents } from '../../test/arbitrary-events.ts';
import { openProjection, type Projection } from '../../test/open-projection.ts';
import { readBalances } from '../balances/query.ts';
import { readPayout } from '../payouts/query.ts';
import { readStatements } from '../statements/query.ts';
import { readBalancesAsOf } from './balances-as-of.ts';
import { readPayoutAsOf } from './payout-as-of.ts';
import type { Moment } from './resolve-as-of.ts';
import { readStatementsAsOf } from './statements-as-of.ts';

const ANSWERS = 1_000;
const BATCHES = 70;
const BATCH_EVENTS = 35;
const PER_BATCH = Math.ceil(ANSWERS / BATCHES);
const BATCHES_PER_DAY = 7;
const EVER = { fromDay: '0001-01-01', toDay: '9999-12-31' };

interface Asked {
  readonly merchantId: string;
  readonly payoutId: string;
}

async function tellLive({ db }: Projection, asked: Asked) {
  const { asOf, balances } = await readBalances(db, asked);
  const { payout } = await readPayout(db, asked);
  const { statements } = await readStatements(db, { ...asked, ...EVER });
  return { at: { partition: asOf.partition, offset: asOf.offset }, balances, payout, statements };
}

async function tellAsOf({ db }: Projection, asked: Asked, moment: Moment) {
  const { asOf: at, balances } = await readBalancesAsOf(db, { ...asked, moment });
  const { payout } = await readPayoutAsOf(db, { ...asked, moment });
  const { statements } = await readStatementsAsOf(db, { ...asked, ...EVER, moment });
  return { at, balances, payout, statements };
}

/** The log's clock at the n-th batch: seven batches in each day of November. */
function recordedAt(batch: number): string {
  const day = String(1 + Math.floor(batch / BATCHES_PER_DAY)).padStart(2, '0');
  return `2026-11-${day}T${String(3 * (batch % BATCHES_PER_DAY)).padStart(2, '0')}:59:59.999999Z`;
}

test('what is told as of 1,000 places, and as of the times of some, is what was told live there', async () => {
  await using projection = await openProjection();
  const count = BATCHES * BATCH_EVENTS;
  const [traffic = []] = fc.sample(arbitraryEvents({ minLength: count, maxLength: count }), { numRuns: 1, seed: 20 });
  const events = spreadOver(6, traffic);
  const chance = fc.sample(fc.nat(), { numRuns: 2 * ANSWERS, seed: 21 }).values();
  const choose = <Item>(items: readonly Item[]) => items[(chance.next().value ?? 0) % items.length] as Item;
  const merchants = [...new Set(events.map(merchantOf))];
  expect(new Set(merchants.map((merchantId) => partitionOf(merchantId, 16))).size).toBeGreaterThan(10);

  await projection.startProjector({ batchSizeMax: 50 });
  const recorded = [];
  for (let batch = 0; batch < BATCHES; batch += 1) {
    await appendOn(projection, recordedAt(batch), events.slice(batch * BATCH_EVENTS, (batch + 1) * BATCH_EVENTS));
    await projection.caughtUp();
    const asked = Array.from({ length: PER_BATCH }, () => ({
      merchantId: choose(merchants),
      payoutId: `po_${choose([0, 1, 2, 3, 4, 5, 6])}`,
    }));
    const answers = await Promise.all(asked.map((one) => tellLive(projection, one)));
    recorded.push(...asked.map((one, index) => ({ asked: one, time: recordedAt(batch), live: answers[index] })));
  }

  expect(recorded.length).toBeGreaterThanOrEqual(ANSWERS);
  expect(recorded.filter(({ live }) => (live?.statements.length ?? 0) > 5).length).toBeGreaterThan(100);
  expect(recorded.filter(({ live }) => live?.payout != null).length).toBeGreaterThan(100);
  await Promise.all(
    recorded.map(async ({ asked, time, live }, index) => {
      if (live === undefined) throw new Error(`nothing was recorded of ${asked.merchantId}`);
      const moment = index % 10 === 0 ? { time } : { at: live.at };
      expect(await tellAsOf(projection, asked, moment)).toEqual(live);
    }),
  );
}, 60_000);
