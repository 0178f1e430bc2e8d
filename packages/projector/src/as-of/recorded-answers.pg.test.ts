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

const PLACES = 1_000;
const BATCHES = 84;
const BATCH_EVENTS = 40;
const BATCHES_PER_DAY = 7;
const EVER = { fromDay: '0001-01-01', toDay: '9999-12-31' };

interface Asked {
  readonly merchantId: string;
  readonly payoutId: string;
  readonly about: 'balances' | 'payout' | 'statements';
}

function tellLive({ db }: Projection, asked: Asked) {
  const tell = {
    balances: () => readBalances(db, asked),
    payout: () => readPayout(db, asked),
    statements: () => readStatements(db, { ...asked, ...EVER }),
  };
  return tell[asked.about]();
}

function tellAsOf({ db }: Projection, asked: Asked, moment: Moment) {
  const tell = {
    balances: () => readBalancesAsOf(db, { ...asked, moment }),
    payout: () => readPayoutAsOf(db, { ...asked, moment }),
    statements: () => readStatementsAsOf(db, { ...asked, ...EVER, moment }),
  };
  return tell[asked.about]();
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
  const events = spreadOver(8, traffic);
  const chance = fc.sample(fc.nat(), { numRuns: 3 * 16 * BATCHES, seed: 21 }).values();
  const choose = <Item>(items: readonly Item[]) => items[(chance.next().value ?? 0) % items.length] as Item;
  const merchants = [...new Set(events.map(merchantOf))];
  const ofPartition = [...Map.groupBy(merchants, (merchantId) => partitionOf(merchantId, 16)).values()];

  await projection.startProjector({ batchSizeMax: 50 });
  const recorded = [];
  for (let batch = 0; batch < BATCHES; batch += 1) {
    await appendOn(projection, recordedAt(batch), events.slice(batch * BATCH_EVENTS, (batch + 1) * BATCH_EVENTS));
    await projection.caughtUp();
    const told = ofPartition.map(async (its) => {
      const about = choose(['balances', 'payout', 'statements'] as const);
      const asked: Asked = { merchantId: choose(its), payoutId: `po_${choose([0, 1, 2, 3, 4, 5, 6])}`, about };
      return { asked, time: recordedAt(batch), live: await tellLive(projection, asked) };
    });
    recorded.push(...(await Promise.all(told)));
  }

  const places = new Set(recorded.map(({ live }) => `${live.asOf.partition}:${live.asOf.offset}`));
  expect(places.size).toBeGreaterThanOrEqual(PLACES);
  const checked = recorded.map(async ({ asked, time, live: { asOf, ...live } }, index) => {
    const at = { partition: asOf.partition, offset: asOf.offset };
    expect(await tellAsOf(projection, asked, index % 10 === 0 ? { time } : { at })).toEqual({ asOf: at, ...live });
  });
  await Promise.all(checked);
  const payouts = recorded.filter(({ live }) => 'payout' in live && live.payout !== null);
  const statements = recorded.filter(({ live }) => 'statements' in live && live.statements.length > 5);
  expect(Math.min(payouts.length, statements.length)).toBeGreaterThan(50);
}, 60_000);
