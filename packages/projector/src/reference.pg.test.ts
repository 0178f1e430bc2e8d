import fc from 'fast-check';
import { expect, test } from 'vitest';
import { appendOn, spreadOver } from '../test/append-on.ts';
import { arbitraryEvents } from '../test/arbitrary-events.ts';
import { compareWithReference } from '../test/compare-with-reference.ts';
import { openProjection } from '../test/open-projection.ts';
import { shuffledEvents } from '../test/shuffle-events.ts';

const EVENTS = 4_000;
const DAYS = 10;

test('every row of the read models is what plain SQL over the log says, on any traffic in any order', async () => {
  await using projection = await openProjection();
  const traffic = arbitraryEvents({ minLength: EVENTS, maxLength: EVENTS }).chain(shuffledEvents);
  const [events = []] = fc.sample(traffic, { numRuns: 1, seed: 41 });
  const spread = spreadOver(8, events);
  await projection.startProjector({ batchSizeMax: 100 });
  for (let day = 0; day < DAYS; day += 1) {
    const ofDay = spread.slice((day * EVENTS) / DAYS, ((day + 1) * EVENTS) / DAYS);
    await appendOn(projection, `2026-11-${10 + day}T23:59:59.999999Z`, ofDay);
  }
  await projection.caughtUp();

  const compared = await compareWithReference(projection.db);
  expect(compared.map(({ table }) => table)).toEqual([
    'adjustments',
    'anomalies',
    'balances',
    'disputes',
    'journal',
    'payments',
    'payouts',
    'refunds',
    'statements',
  ]);
  for (const { table, rows, differences } of compared) {
    expect({ table, differences }).toEqual({ table, differences: [] });
    expect(rows, table).toBeGreaterThan(50);
  }
});
