/**
 * Which item of the bank is which payout. First by reference: what names one another is compared as a group, so a
 * payment booked twice or one sum for several payouts is seen as that. What is left, by amount and day, and only where
 * there is one candidate on either side. Every payout and every item ends in exactly one place.
 */
import { addDays, daysBetween } from '../day.ts';
import type { BankItem, Direction } from './bank-statement.ts';

/** What the books say moved at the bank: a payout that settled, or that came back. */
export interface PayoutLeg {
  readonly payoutId: string;
  readonly merchantId: string;
  readonly status: 'settled' | 'returned';
  readonly direction: Direction;
  readonly amountMinor: bigint;
  readonly currency: string;
  /** When it happened, by the rail: `YYYY-MM-DD`, in UTC. */
  readonly day: string;
  readonly references: readonly string[];
}

export type MatchedBy = 'reference' | 'reference_batch' | 'amount_and_day';

export interface Match {
  readonly by: MatchedBy;
  readonly legs: readonly PayoutLeg[];
  readonly item: BankItem;
}

/** What belongs together and is not equal, or belongs to nothing. */
export interface Mismatch {
  readonly kind: 'amount_differs' | 'booked_twice' | 'ambiguous';
  readonly legs: readonly PayoutLeg[];
  readonly items: readonly BankItem[];
}

export interface Matching {
  readonly matches: readonly Match[];
  readonly mismatches: readonly Mismatch[];
  /** In the books, not at the bank. */
  readonly legs: readonly PayoutLeg[];
  /** At the bank, not in the books. */
  readonly items: readonly BankItem[];
}

export interface ToMatch {
  readonly legs: readonly PayoutLeg[];
  readonly items: readonly BankItem[];
  /** How many days a booking may be away from its payout when no reference tells. */
  readonly daysWindow: number;
}

export function matchPayouts({ legs, items, daysWindow }: ToMatch): Matching {
  const namesOf = (of: PayoutLeg | BankItem) => of.references.map((reference) => `${of.direction} ${reference}`);
  const groups = group({ legs, items }, namesOf, namesOf);
  const named = groups.filter((one) => one.legs.length > 0 && one.items.length > 0).map(matchGroup);
  const apart = groups.filter((one) => one.legs.length === 0 || one.items.length === 0);
  const left = {
    legs: [...apart, ...named].flatMap((one) => one.legs),
    items: apart.flatMap((one) => one.items),
  };
  const byDay = matchByDay({ ...left, daysWindow });
  return {
    matches: [...named.flatMap(({ matches }) => matches), ...byDay.matches],
    mismatches: [...named.flatMap(({ mismatches }) => mismatches), ...byDay.mismatches],
    legs: byDay.legs,
    items: byDay.items,
  };
}

interface Group {
  readonly legs: readonly PayoutLeg[];
  readonly items: readonly BankItem[];
}

/** Within a group all name one another. Its legs that no item is left for are returned for matching by day. */
function matchGroup({ legs, items }: Group): Matching {
  const [only] = items;
  if (only && items.length === 1 && legs.length > 1 && isSumOf(only, legs)) {
    return { matches: [{ by: 'reference_batch', legs, item: only }], mismatches: [], legs: [], items: [] };
  }
  const matches: Match[] = [];
  const openLegs = new Set(legs);
  const openItems = new Set(items);
  for (const item of items) {
    const leg = [...openLegs].find((each) => isEqual(each, item) && isNamed(each, item));
    if (leg === undefined) continue;
    matches.push({ by: 'reference', legs: [leg], item });
    openLegs.delete(leg);
    openItems.delete(item);
  }
  const left = { legs: [...openLegs], items: [...openItems] };
  if (left.items.length === 0) return { matches, mismatches: [], ...left };
  const kind = left.legs.length === 0 ? 'booked_twice' : left.legs.length === 1 ? 'amount_differs' : 'ambiguous';
  return { matches, mismatches: [{ kind, ...left }], legs: [], items: [] };
}

function matchByDay({ legs, items, daysWindow }: ToMatch): Matching {
  const matching = {
    matches: [] as Match[],
    mismatches: [] as Mismatch[],
    legs: [] as PayoutLeg[],
    items: [] as BankItem[],
  };
  const amountOf = (of: PayoutLeg | BankItem) => [`${of.direction} ${of.currency} ${of.amountMinor}`];
  for (const same of group({ legs, items }, amountOf, amountOf)) {
    const daysNear = (item: BankItem) => daysBetween(addDays(item.day, -daysWindow), addDays(item.day, daysWindow));
    for (const near of group(same, (leg) => [leg.day], daysNear)) {
      const [leg, item] = [near.legs[0], near.items[0]];
      if (!item) matching.legs.push(...near.legs);
      else if (!leg) matching.items.push(...near.items);
      else if (near.legs.length > 1 || near.items.length > 1) matching.mismatches.push({ kind: 'ambiguous', ...near });
      else matching.matches.push({ by: 'amount_and_day', legs: [leg], item });
    }
  }
  return matching;
}

/** Puts together what shares a key of some leg, directly or through others (union-find over the keys). */
function group(
  { legs, items }: Group,
  keysOfLeg: (leg: PayoutLeg) => readonly string[],
  keysOfItem: (item: BankItem) => readonly string[],
): Group[] {
  const parents = new Map<string, string>();
  const rootOf = (key: string): string => {
    let root = key;
    for (let up = parents.get(root); up !== undefined && up !== root; up = parents.get(root)) root = up;
    parents.set(key, root);
    return root;
  };
  // What only items share (the reference of a whole batch) says nothing of which payout they are.
  const known = new Set(legs.flatMap(keysOfLeg));
  const members = [
    ...legs.map((leg, i) => ({ leg, item: null, self: `leg ${i}`, keys: keysOfLeg(leg) })),
    ...items.map((item, i) => ({ leg: null, item, self: `item ${i}`, keys: keysOfItem(item) })),
  ];
  for (const { self, keys } of members) {
    for (const key of keys) if (known.has(key)) parents.set(rootOf(self), rootOf(`key ${key}`));
  }
  return [...Map.groupBy(members, ({ self }) => rootOf(self)).values()].map((together) => ({
    legs: together.flatMap(({ leg }) => leg ?? []),
    items: together.flatMap(({ item }) => item ?? []),
  }));
}

function isEqual(leg: PayoutLeg, item: BankItem): boolean {
  return leg.amountMinor === item.amountMinor && leg.currency === item.currency;
}

function isNamed(leg: PayoutLeg, item: BankItem): boolean {
  return leg.references.some((reference) => item.references.includes(reference));
}

function isSumOf(item: BankItem, legs: readonly PayoutLeg[]): boolean {
  const sum = legs.reduce((total, { amountMinor }) => total + amountMinor, 0n);
  return legs.every(({ currency }) => currency === item.currency) && sum === item.amountMinor;
}
