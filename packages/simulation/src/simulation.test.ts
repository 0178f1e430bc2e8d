import { randomUnit } from '@northwind/service-kit';
import { describe, expect, it } from 'vitest';
import { DEFECTS } from './history/defects.ts';
import { fromSeed, killedAtEveryAwait, runHistories, type Totals } from './history/run-histories.ts';
import { runHistory } from './history/run-history.ts';
import { failure } from './report.ts';

/** What the histories of this test must have met, each at least once, or they prove less than they seem to. */
const SOMETIMES = [
  'duplicate after delete',
  'delivered twice',
  'received by nobody',
  'visibility ran out in the handler',
  'visibility of a dead writer ran out',
  'killed between commit and delete',
  'killed between rejection and delete',
  'lock wait on a head',
  'lock wait on a key',
  'unique index decided',
  'append tried again after a race',
  'lost commit answer',
  'server away after the commit record',
  'batch tried again',
  'database away',
  'told to stop while the database was away',
  'process stood still',
  'some messages of a delete call failed',
  'delete with an old receipt',
  'send tried again after a lost answer',
  'FIFO message delivered again',
  'FIFO queue dropped a duplicate',
  'claim passed over what another holds',
  'consumer lost between work and commit',
];

/** Chosen so that all of the above happens within them. */
const FIXED = { seed: 1, histories: 200 };
const FRESH = 60;
/** FIFO, three writers, four consumers in two groups: some 250 awaits. */
const WALKED = 125;

const upTo = (count: number) => (totals: Totals) => totals.histories < count && totals.failed.length === 0;

function expectNoneFailed({ failed }: Totals): void {
  const [first] = failed;
  const { seed = 0, killAtAwait = null } = first?.plan ?? {};
  const options = killAtAwait === null ? { seed } : { seed, killAtAwait, isCalm: true };
  expect(first?.violation ?? null, first && failure(first, options)).toBeNull();
}

describe('simulation', () => {
  it('keeps every promise in the histories of fixed seeds, which take the rare paths', async () => {
    const totals = await runHistories({ histories: fromSeed(FIXED.seed), goesOn: upTo(FIXED.histories) });
    expectNoneFailed(totals);
    expect(SOMETIMES.filter((rarity) => !totals.sometimes.has(rarity))).toEqual([]);
  });

  it('keeps every promise in the histories of fresh seeds', async () => {
    const seed = Math.floor(randomUnit() * 2 ** 31);
    console.log(`fresh histories: npx pnpm@12 simulate --seed ${seed} --histories ${FRESH}`);
    expectNoneFailed(await runHistories({ histories: fromSeed(seed), goesOn: upTo(FRESH) }));
  });

  it('survives the death of any process at any await of a history', async () => {
    const { awaits } = await runHistory({ seed: WALKED, isCalm: true });
    const totals = await runHistories({ histories: killedAtEveryAwait(WALKED), goesOn: upTo(awaits + 1) });
    expectNoneFailed(totals);
    expect(totals.histories).toBe(awaits + 1);
  });

  it('runs a seed the same way again, step by step', async () => {
    for (const { seed } of [{ seed: 11 }, { seed: 12 }, { seed: 21 }]) {
      const once = await runHistory({ seed });
      const again = await runHistory({ seed, keepsLines: true });
      expect(again.hash).toBe(once.hash);
      expect(again.steps).toBe(once.steps);
    }
    expect((await runHistory({ seed: 11 })).hash).not.toBe((await runHistory({ seed: 12 })).hash);
  });

  it.each(DEFECTS)('finds a defect on the other side of a seam, and finds it again: %s', async (defect) => {
    const { failed } = await runHistories({ histories: fromSeed(1, { defect }), goesOn: upTo(200) });
    const [found] = failed;
    expect(found?.violation).toBeTruthy();
    const again = await runHistory({ seed: found?.plan.seed ?? 0, defect });
    expect(again.violation).toEqual(found?.violation);
    expect(again.hash).toBe(found?.hash);
  });
});
