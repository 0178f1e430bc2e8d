/**
 * What payouts and disputes have to post and to tell, from their facts alone. Written for itself and not with the
 * projector's folds: it is there to find out when those are wrong.
 */
import type { Coordinate } from '@northwind/event-store';
import { NO_CURRENCY, type Reading } from './figures.ts';
import type { Stretch } from './stretch.ts';

/** An event about a payout or dispute. What tells no amount has none. */
export interface Fact extends Coordinate {
  readonly type: string;
  readonly merchantId: string;
  readonly subject: string;
  readonly currency: string | null;
  readonly amountMinor: bigint | null;
}

/** Most decisive first: the first that is there speaks. */
const PAYOUT = ['payout.returned', 'payout.settled', 'payout.failed', 'payout.submitted', 'payout.initiated'];
const DISPUTE = ['dispute.lost', 'dispute.won', 'dispute.opened'];

/** Where the amount stands that the merchant no longer has, by the fact that speaks; nowhere when he has it. */
const HELD_ON: Readonly<Record<string, string>> = {
  'payout.initiated': 'payout_in_transit',
  'payout.submitted': 'payout_in_transit',
  'payout.settled': 'bank',
  'dispute.opened': 'dispute_reserve',
  'dispute.lost': 'dispute_loss',
};

/** Facts in log order. A fact of a stretch posts what it changes of what those before it had posted. */
export function expectPostings(facts: readonly Fact[], stretches: readonly Stretch[]): Reading[] {
  const firsts = new Map(stretches.map(({ partition, fromOffset }) => [partition, fromOffset]));
  const bySubject = Map.groupBy(facts, ({ type, merchantId, subject }) =>
    JSON.stringify([kindOf(type), merchantId, subject]),
  );
  return [...bySubject.values()].flatMap((ofSubject) => expectOf(ofSubject, firsts));
}

function expectOf(facts: readonly Fact[], firsts: ReadonlyMap<number, bigint>): Reading[] {
  const readings: Reading[] = [];
  const seen: Fact[] = [];
  for (const fact of facts) {
    const before = stateOf(seen);
    seen.push(fact);
    if (fact.offset < (firsts.get(fact.partition) ?? 0n)) continue;
    const after = stateOf(seen);
    readings.push(...entriesOf(before, -1n), ...entriesOf(after, 1n));
    if (after && kindOf(fact.type) === 'payout' && after.speaks.type !== before?.speaks.type)
      readings.push(told(after));
  }
  return readings;
}

interface State {
  readonly speaks: Fact;
  /** The fact that tells the amount; a payout's settlement before its initiation. */
  readonly money: Fact | undefined;
}

function stateOf(facts: readonly Fact[]): State | null {
  const first = (types: readonly string[]) =>
    types.map((wanted) => facts.find(({ type }) => type === wanted)).find((fact) => fact !== undefined);
  const speaks = first([...PAYOUT, ...DISPUTE]);
  if (speaks === undefined) return null;
  return { speaks, money: kindOf(speaks.type) === 'dispute' ? speaks : first(['payout.settled', 'payout.initiated']) };
}

function entriesOf(state: State | null, sign: bigint): Reading[] {
  const account = HELD_ON[state?.speaks.type ?? ''];
  if (!state?.money || account === undefined) return [];
  const { partition, amountMinor, currency } = moneyOf(state);
  const entry = (to: string, amount: bigint): Reading => ({
    partition,
    check: `${kindOf(state.speaks.type)}.${to}`,
    currency,
    count: 0n,
    amountMinor: sign * amount,
  });
  return [entry(account, amountMinor), entry('merchant_payable', -amountMinor)];
}

/** A payout's status changed, and its transition carries the amount known by then. */
function told(state: State): Reading {
  return { check: `transitions.${state.speaks.type.slice('payout.'.length)}`, count: 1n, ...moneyOf(state) };
}

function moneyOf({ speaks: { partition }, money }: State) {
  return { partition, currency: money?.currency ?? NO_CURRENCY, amountMinor: money?.amountMinor ?? 0n };
}

const kindOf = (type: string) => type.slice(0, type.indexOf('.'));
