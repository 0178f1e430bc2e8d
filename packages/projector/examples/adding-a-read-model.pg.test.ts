/** What docs/adding-a-read-model.md tells: the files it shows are the example's, and the example does what it says. */
import { readFile } from 'node:fs/promises';
import { type CloudEvent, paymentCaptured, refundSucceeded } from '@northwind/events';
import fc from 'fast-check';
import { type Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { readActiveGeneration } from '../src/generations/generation.ts';
import { promote } from '../src/generations/promote.ts';
import { rebuild } from '../src/generations/rebuild.ts';
import { rollBack } from '../src/generations/roll-back.ts';
import { READ_MODELS } from '../src/read-models.ts';
import { registry } from '../src/registry.ts';
import type { ReadTables } from '../src/tables.ts';
import { arbitraryEvents, nth } from '../test/arbitrary-events.ts';
import { specOf } from '../test/given.ts';
import { openProjection } from '../test/open-projection.ts';
import { feeRevenueByDay } from './fee-revenue-by-day/fold.ts';
import { type DayOfFees, readFeeRevenue } from './fee-revenue-by-day/query.ts';

const guide = await readFile(new URL('../../../docs/adding-a-read-model.md', import.meta.url), 'utf8');
const FILE = /^```ts\n\/\/ packages\/projector\/src\/fee-revenue-by-day\/(?<name>[a-z.]+)\n(?<text>.*?)^```$/gms;

test.each(['table.ts', 'fold.ts', 'query.ts', 'fold.test.ts'])(
  'the guide shows the example’s %s, whole',
  async (name) => {
    const example = await readFile(new URL(`fee-revenue-by-day/${name}`, import.meta.url), 'utf8');
    const shown = [...guide.matchAll(FILE)].find(({ groups }) => groups?.name === name);
    expect(shown?.groups?.text).toBe(asInSource(example));
  },
);

test('a failing specification reads as the guide says', () => {
  const payment = { merchantId: 'mer_001', paymentId: 'pay_1', currency: 'EUR' };
  const captured = paymentCaptured({ ...payment, amount: 10_000, fee: 290, time: '2026-11-01T23:59:59Z' });
  const back = { ...payment, refundId: 're_1', amount: 4_000, feeRefunded: 100, time: '2026-11-02T00:00:00Z' };
  const [shown] = /^rows are not as specified\n.*?(?=\n```$)/ms.exec(guide) ?? [];
  expect(() =>
    specOf(MODELS)(captured)
      .when(refundSucceeded(back))
      .then({ fee_revenue_by_day: [{ netMinor: -101n }] }),
  ).toThrow(new Error(shown));
});

/** As it stands in a folder of src: the paths of its imports, and so their order. */
function asInSource(example: string): string {
  const lines = example.replaceAll('../../src/', '../').split('\n');
  const isImport = (line: string) => line.startsWith('import ');
  const farthestFirst = (line: string) => ['../../', '../', './'].findIndex((dots) => line.includes(`'${dots}`));
  const imports = lines.filter(isImport).sort((a, b) => farthestFirst(a) - farthestFirst(b));
  return lines.map((line) => (isImport(line) ? imports.shift() : line)).join('\n');
}

const MODELS = registry([...READ_MODELS, feeRevenueByDay]);
const HOURS_APART = 2 * 3_600;

function traffic(count: number): CloudEvent[] {
  const [events = []] = fc.sample(arbitraryEvents({ minLength: count, maxLength: count }), { numRuns: 1, seed: 5 });
  return events.map((event, index) => ({ ...event, time: nth(index * HOURS_APART) }));
}

/** The same figures by another way: fees summed over the log, each payment and refund once. */
async function sumFees(db: Kysely<ReadTables>): Promise<DayOfFees[]> {
  const { rows } = await sql<DayOfFees>`
    select day, currency, sum(earned)::int8 as "earnedMinor", sum(back)::int8 as "givenBackMinor",
           sum(earned - back)::int8 as "netMinor"
    from (
      select distinct on (merchant_id, subject) (occurred_at at time zone 'UTC')::date as day,
             data ->> 'currency' as currency,
             coalesce((data ->> 'fee')::int8, 0) as earned, coalesce((data ->> 'feeRefunded')::int8, 0) as back
      from ledger.events where type in ('payment.captured', 'refund.succeeded')
      order by merchant_id, subject, "offset"
    ) once
    where earned <> 0 or back <> 0
    group by day, currency order by day, currency`.execute(db);
  return rows;
}

test('the generation before goes on without the model, the next one has it from the first event', async () => {
  await using projection = await openProjection();
  const { db, database } = projection;
  const wish = { fromDay: '2026-11-01', toDay: '2026-11-30' };
  const events = traffic(300);
  await projection.append(events.slice(0, 200));
  await projection.startProjector({ models: MODELS });
  await projection.caughtUp();
  expect((await readActiveGeneration(db, MODELS)).models).toEqual(READ_MODELS);
  await expect(readFeeRevenue(db, wish)).rejects.toThrow('relation "read.fee_revenue_by_day" does not exist');

  const rebuilt = await rebuild({ database, models: MODELS, lanes: 2 });
  expect(rebuilt.comparison).toMatchObject({ isEqual: true, onlyInCandidate: ['fee_revenue_by_day'] });
  await projection.append(events.slice(200));
  await projection.caughtUp();
  await expect(readFeeRevenue(db, wish)).rejects.toThrow('relation "read.fee_revenue_by_day" does not exist');

  await promote({ database, rebuilt });
  expect((await readActiveGeneration(db, MODELS)).models).toEqual(MODELS);
  const { days } = await readFeeRevenue(db, wish);
  expect(days.length).toBeGreaterThan(20);
  expect(days).toEqual(await sumFees(db));
  const { rows } = await sql<{ off: number }>`
    select count(*)::int4 as off from read.balances b
    where fees_minor <> (select coalesce(sum(net_minor), 0) from read.fee_revenue_by_day f
                         where f.merchant_id = b.merchant_id and f.currency = b.currency)`.execute(db);
  expect(rows).toEqual([{ off: 0 }]);

  await rollBack(database, { actor: 'ada', reason: 'to see it go' });
  await expect(readFeeRevenue(db, wish)).rejects.toThrow('relation "read.fee_revenue_by_day" does not exist');
});
