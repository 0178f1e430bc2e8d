import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeCamt053 } from '../../test/write-camt053.ts';
import { addDays } from '../day.ts';
import type { BankItem } from './bank-statement.ts';
import { type Matching, matchPayouts, type PayoutLeg } from './match-payouts.ts';
import { readCamt053 } from './read-camt053.ts';

const DAY = '2026-11-10';

const leg = (changes: Partial<PayoutLeg> = {}): PayoutLeg => ({
  payoutId: 'po_1',
  merchantId: 'mer_1',
  status: 'settled',
  direction: 'debit',
  amountMinor: 100n,
  currency: 'EUR',
  day: DAY,
  references: ['R1'],
  ...changes,
});
const item = (changes: Partial<BankItem> = {}): BankItem => ({
  place: 'entry 1',
  account: 'DE1',
  direction: 'debit',
  amountMinor: 100n,
  currency: 'EUR',
  day: DAY,
  references: ['R1'],
  isReversal: false,
  ...changes,
});
const UNNAMED = { references: [] };
const match = (legs: readonly PayoutLeg[], items: readonly BankItem[], daysWindow = 1) =>
  matchPayouts({ legs, items, daysWindow });
const summary = ({ matches, mismatches, legs, items }: Matching) => [
  ...matches.map(({ by, legs: matched }) => `${by} ${matched.length}`),
  ...mismatches.map(({ kind, legs: of, items: with_ }) => `${kind} ${of.length}:${with_.length}`),
  ...legs.map(() => 'not at bank'),
  ...items.map(() => 'not in books'),
];

test.each([
  ['the reference, whatever the day', [leg()], [item({ day: '2026-12-24' })], ['reference 1']],
  ['any of the references', [leg({ references: ['R1', 'T1'] })], [item({ references: ['X', 'T1'] })], ['reference 1']],
  ['another amount', [leg()], [item({ amountMinor: 101n })], ['amount_differs 1:1']],
  ['another currency', [leg()], [item({ currency: 'USD' })], ['amount_differs 1:1']],
  ['the other direction', [leg()], [item({ direction: 'credit' })], ['not at bank', 'not in books']],
  ['a booking twice', [leg()], [item(), item()], ['reference 1', 'booked_twice 0:1']],
  ['one sum for two', [leg(), leg({ amountMinor: 50n })], [item({ amountMinor: 150n })], ['reference_batch 2']],
  [
    'one of two with a name',
    [leg(), leg({ amountMinor: 50n })],
    [item({ amountMinor: 50n })],
    ['reference 1', 'not at bank'],
  ],
  ['two with a name and another sum', [leg(), leg()], [item({ amountMinor: 7n })], ['ambiguous 2:1']],
  ['amount and day', [leg()], [item({ ...UNNAMED, day: '2026-11-11' })], ['amount_and_day 1']],
  ['amount, a day too late', [leg()], [item({ ...UNNAMED, day: '2026-11-12' })], ['not at bank', 'not in books']],
  ['two bookings of the amount', [leg()], [item(UNNAMED), item(UNNAMED)], ['ambiguous 1:2']],
  ['two payouts of the amount', [leg(), leg()], [item(UNNAMED)], ['ambiguous 2:1']],
  [
    'what a reference has settled is no candidate',
    [leg(), leg({ references: ['R2'] })],
    [item(), item(UNNAMED)],
    ['reference 1', 'amount_and_day 1'],
  ],
  [
    'a reference that only the bank shares',
    [leg({ references: [] }), leg({ references: ['R2'], amountMinor: 5n })],
    [item({ references: ['BATCH'] }), item({ references: ['BATCH', 'R2'], amountMinor: 5n })],
    ['reference 1', 'amount_and_day 1'],
  ],
] as const)('%s', (_, legs, items, found) => {
  expect(summary(match(legs, items)).sort()).toEqual([...found].sort());
});

test('forty thousand payouts of one amount, with and without references, are matched in seconds', () => {
  const many = Array.from({ length: 40_000 }, (_, i) => i);
  const legs = many.map((i) => leg({ references: i % 2 === 0 ? [`R${i}`] : [], day: addDays(DAY, i % 90) }));
  const items = many.map((i) => item({ references: i % 2 === 0 ? [`R${i}`, 'BATCH'] : [], day: addDays(DAY, i % 90) }));
  const startedMs = performance.now();
  const { matches, mismatches } = match(legs, items);
  expect(performance.now() - startedMs).toBeLessThan(10_000);
  expect(matches).toHaveLength(20_000);
  expect(mismatches.flatMap((each) => each.items)).toHaveLength(20_000);
});

const arbitraryLegs = fc
  .array(
    fc.record({
      amountMinor: fc.bigInt(1n, 10n ** 12n),
      dayOfMonth: fc.nat(20),
      isReturn: fc.boolean(),
      delay: fc.nat(1),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((drawn) =>
    drawn.map(({ amountMinor, dayOfMonth, isReturn, delay }, i) => ({
      delay,
      leg: leg({
        payoutId: `po_${i}`,
        amountMinor,
        day: addDays('2026-11-01', dayOfMonth),
        references: [`RAIL-${i}`],
        ...(isReturn && { status: 'returned', direction: 'credit' }),
      }),
    })),
  );

const toItems = (drawn: readonly { readonly leg: PayoutLeg; readonly delay: number }[]) =>
  drawn.map(({ leg: { direction, amountMinor, day, references }, delay }) => {
    return { direction, amountMinor, day: addDays(day, delay), reference: references[0] ?? '' };
  });

test('whatever the payouts, a statement of them matches each, batched or not', () => {
  fc.assert(
    fc.property(arbitraryLegs, fc.boolean(), fc.bigInt(-(10n ** 15n), 10n ** 15n), (drawn, isBatched, openingMinor) => {
      const text = writeCamt053({ items: toItems(drawn), currency: 'EUR', openingMinor, isBatched });
      const [statement] = readCamt053(text);
      const legs = drawn.map((each) => each.leg);
      const { matches, ...rest } = match(legs, statement?.items ?? []);
      expect(rest).toEqual({ mismatches: [], legs: [], items: [] });
      expect(new Set(matches.flatMap((each) => each.legs))).toEqual(new Set(legs));
      expect(statement).toMatchObject({ notes: [], opening: { amountMinor: openingMinor } });
    }),
  );
});

test('of a statement that was changed, exactly what was changed is listed', () => {
  const changes = fc.array(fc.constantFrom('keep', 'drop', 'double', 'cent'), { minLength: 40, maxLength: 40 });
  fc.assert(
    fc.property(arbitraryLegs, changes, fc.boolean(), (drawn, change, isBatched) => {
      const items = toItems(drawn).flatMap((one, i) => {
        if (change[i] === 'drop') return [];
        if (change[i] === 'double') return [one, one];
        return change[i] === 'cent' ? [{ ...one, amountMinor: one.amountMinor + 1n }] : [one];
      });
      const stranger = { direction: 'debit', amountMinor: 10n ** 13n, day: DAY, reference: 'STRANGER' } as const;
      const text = writeCamt053({ items: [...items, stranger], currency: 'EUR', openingMinor: 0n, isBatched });
      const matching = match(
        drawn.map((each) => each.leg),
        readCamt053(text)[0]?.items ?? [],
      );
      const idsOf = (kind: string) => drawn.flatMap((each, i) => (change[i] === kind ? each.leg.references : []));
      const named = (kind: string) =>
        matching.mismatches.flatMap((one) => (one.kind === kind ? one.items.map((i) => i.references[0]) : []));
      expect(matching.legs.flatMap((each) => each.references).sort()).toEqual(idsOf('drop').sort());
      expect(named('booked_twice').sort()).toEqual(idsOf('double').sort());
      expect(named('amount_differs').sort()).toEqual(idsOf('cent').sort());
      expect(named('ambiguous')).toEqual([]);
      expect(matching.items.map((each) => each.references[0])).toEqual(['STRANGER']);
    }),
  );
});

test('without any reference, each payout and item ends in exactly one place, and equals are never guessed', () => {
  const few = fc.array(fc.record({ amountMinor: fc.bigInt(1n, 3n), dayOfMonth: fc.nat(9) }), { maxLength: 25 });
  fc.assert(
    fc.property(few, few, fc.nat(3), (ofBooks, ofBank, daysWindow) => {
      const day = (dayOfMonth: number) => addDays('2026-11-01', dayOfMonth);
      const legs = ofBooks.map(({ amountMinor, dayOfMonth }) => leg({ amountMinor, day: day(dayOfMonth) }));
      const items = ofBank.map(({ amountMinor, dayOfMonth }) =>
        item({ amountMinor, day: day(dayOfMonth), ...UNNAMED }),
      );
      const matching = match(legs, items, daysWindow);
      const { matches, mismatches } = matching;
      const placed = [
        ...matches.flatMap((one) => one.legs),
        ...mismatches.flatMap((one) => one.legs),
        ...matching.legs,
      ];
      const found = [...matches.map((one) => one.item), ...mismatches.flatMap((one) => one.items), ...matching.items];
      expect([placed.length, new Set(placed).size]).toEqual([legs.length, legs.length]);
      expect([found.length, new Set(found).size]).toEqual([items.length, items.length]);
      const distance = (a: string, b: string) => Math.abs(Date.parse(a) - Date.parse(b)) / 86_400_000;
      const isNear = (a: PayoutLeg, b: BankItem) =>
        a.amountMinor === b.amountMinor && distance(a.day, b.day) <= daysWindow;
      for (const {
        legs: [matched],
        item: with_,
      } of matches) {
        expect(items.filter((each) => matched && isNear(matched, each))).toEqual([with_]);
        expect(legs.filter((each) => isNear(each, with_))).toEqual([matched]);
      }
      for (const each of matching.legs) expect(items.some((one) => isNear(each, one))).toBe(false);
      for (const each of matching.items) expect(legs.some((one) => isNear(one, each))).toBe(false);
    }),
  );
});
