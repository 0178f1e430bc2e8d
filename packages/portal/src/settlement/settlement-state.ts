import { addSample, type Series } from '../balances/sample-series.ts';
import type { Balance } from '../wire/balance.ts';
import type { Coordinate, Cursor } from '../wire/coordinate.ts';
import type { Payout } from '../wire/payout.ts';
import type { StreamMessage } from '../wire/stream-message.ts';

// Everything the page knows about one merchant's money, as a fold over what the server said. Rows are state with the
// coordinate that last touched them, so an older one never overwrites a newer one, whichever way each arrived.

/** Rows a page that is open all day may hold, in its list and behind "n new — show". */
export const LISTED_MAX = 500;
export const WAITING_MAX = 500;

export type Older =
  /** Where the next page starts is not known (yet, or any more). */
  { readonly kind: 'unknown' } | { readonly kind: 'from'; readonly cursor: string } | { readonly kind: 'none' };

export interface Facts {
  readonly cursor: Cursor | null;
  readonly balances: ReadonlyMap<string, Balance>;
  readonly payouts: ReadonlyMap<string, Payout>;
  readonly available: ReadonlyMap<string, Series>;
  /** Payouts in the list, top first. Live changes never reorder it. */
  readonly listed: readonly string[];
  /** Payouts that came since, newest first; they join the list when the reader asks. */
  readonly waiting: readonly string[];
  readonly waitingOverflowed: boolean;
  readonly older: Older;
}

export interface ResetNotice {
  readonly reason: string;
  readonly atMs: number;
}

export interface SettlementState {
  readonly facts: Facts;
  /** What the page goes on showing while it is paused. */
  readonly frozen: Facts | null;
  readonly changesHeld: number;
  readonly reset: ResetNotice | null;
}

const NO_FACTS: Facts = {
  cursor: null,
  balances: new Map(),
  payouts: new Map(),
  available: new Map(),
  listed: [],
  waiting: [],
  waitingOverflowed: false,
  older: { kind: 'unknown' },
};

export const NO_SETTLEMENT: SettlementState = { facts: NO_FACTS, frozen: null, changesHeld: 0, reset: null };

export const shownFacts = (state: SettlementState): Facts => state.frozen ?? state.facts;

interface Touched {
  readonly asOf: Coordinate;
}

function mergeRows<Row extends Touched>(
  known: ReadonlyMap<string, Row>,
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): ReadonlyMap<string, Row> {
  const merged = new Map(known);
  for (const row of rows) {
    const current = merged.get(keyOf(row));
    if (current === undefined || current.asOf.offset <= row.asOf.offset) merged.set(keyOf(row), row);
  }
  return merged;
}

const currencyOf = (balance: Balance): string => balance.currency;
const idOf = (payout: Payout): string => payout.payoutId;

function later(known: Cursor | null, cursor: Cursor): Cursor {
  return known !== null && known.epoch === cursor.epoch && known.offset > cursor.offset ? known : cursor;
}

interface Rows {
  readonly cursor: Cursor;
  readonly balances: readonly Balance[];
  readonly payouts: readonly Payout[];
}

function mergeFacts(facts: Facts, rows: Rows, atMs: number): Facts {
  const balances = mergeRows(facts.balances, rows.balances, currencyOf);
  const available = new Map(facts.available);
  for (const [currency, { availableMinor }] of balances) {
    available.set(currency, addSample(available.get(currency) ?? [], { atMs, amountMinor: availableMinor }));
  }
  const payouts = mergeRows(facts.payouts, rows.payouts, idOf);
  return { ...facts, cursor: later(facts.cursor, rows.cursor), balances, payouts, available };
}

/** Rows of a first picture go straight to the list, in the order given; what is listed beyond them stays below. */
function listOnTop(facts: Facts, rows: Rows): Facts {
  const top = rows.payouts.map(idOf);
  const seen = new Set(top);
  return { ...facts, listed: [...top, ...facts.listed.filter((id) => !seen.has(id))] };
}

/** Rows that the reader hasn't seen wait, unless there is no list yet that they could push down. */
function holdNew(facts: Facts, rows: Rows): Facts {
  const known = new Set([...facts.listed, ...facts.waiting]);
  const fresh = rows.payouts
    .filter((payout) => !known.has(payout.payoutId))
    .toSorted(byOffsetDescending)
    .map(idOf);
  if (fresh.length === 0) return facts;
  if (facts.listed.length === 0) return { ...facts, listed: fresh.slice(0, LISTED_MAX) };
  const waiting = [...fresh, ...facts.waiting];
  if (waiting.length <= WAITING_MAX) return { ...facts, waiting };
  const payouts = new Map(facts.payouts);
  for (const id of waiting.slice(WAITING_MAX)) payouts.delete(id);
  return { ...facts, payouts, waiting: waiting.slice(0, WAITING_MAX), waitingOverflowed: true };
}

function byOffsetDescending(one: Payout, other: Payout): number {
  if (one.asOf.offset === other.asOf.offset) return 0;
  return one.asOf.offset < other.asOf.offset ? 1 : -1;
}

const sameEpoch = (facts: Facts, cursor: Cursor): boolean =>
  facts.cursor === null || facts.cursor.epoch === cursor.epoch;

/** The chart goes on over a replaced picture: it is what this page has seen, not what the server keeps. */
const forgetRows = (facts: Facts): Facts => ({ ...NO_FACTS, available: facts.available });

export function foldMessage(state: SettlementState, message: StreamMessage, atMs: number): SettlementState {
  const { facts } = state;
  if (message.type === 'up_to_date')
    return { ...state, facts: { ...facts, cursor: later(facts.cursor, message.cursor) } };
  if (message.type === 'reset') {
    const replaced = listOnTop(mergeFacts(forgetRows(facts), message, atMs), message);
    // Figures that the server has withdrawn must not stay on screen behind a pause.
    return { facts: replaced, frozen: null, changesHeld: 0, reset: { reason: message.reason, atMs } };
  }
  if (message.type === 'snapshot') {
    const before = sameEpoch(facts, message.cursor) ? facts : forgetRows(facts);
    return { ...state, facts: listOnTop(mergeFacts(before, message, atMs), message) };
  }
  const held = state.frozen === null ? 0 : state.changesHeld + message.balances.length + message.payouts.length;
  return { ...state, facts: holdNew(mergeFacts(facts, message, atMs), message), changesHeld: held };
}

/** A first picture by HTTP, for a page whose socket isn't open yet. One of another epoch is ignored. */
export function foldBalances(state: SettlementState, rows: Omit<Rows, 'payouts'>, atMs: number): SettlementState {
  if (!sameEpoch(state.facts, rows.cursor)) return state;
  return { ...state, facts: mergeFacts(state.facts, { ...rows, payouts: [] }, atMs) };
}

/** A page of older payouts goes below the list. */
export function foldOlder(
  state: SettlementState,
  page: { readonly asOf: Cursor; readonly payouts: readonly Payout[]; readonly nextCursor: string | null },
): SettlementState {
  const below = (facts: Facts): Facts => {
    if (!sameEpoch(facts, page.asOf)) return facts;
    const known = new Set([...facts.listed, ...facts.waiting]);
    const added = page.payouts.map(idOf).filter((id) => !known.has(id));
    return {
      ...facts,
      cursor: facts.cursor ?? page.asOf,
      payouts: mergeRows(facts.payouts, page.payouts, idOf),
      listed: [...facts.listed, ...added],
      older: page.nextCursor === null ? { kind: 'none' } : { kind: 'from', cursor: page.nextCursor },
    };
  };
  return { ...state, facts: below(state.facts), frozen: state.frozen === null ? null : below(state.frozen) };
}

export function showWaiting(state: SettlementState): SettlementState {
  const { facts } = state;
  if (facts.waiting.length === 0) return state;
  // Between an overflowed queue and the old list rows are missing, so the list starts anew from the top.
  const all = facts.waitingOverflowed ? facts.waiting : [...facts.waiting, ...facts.listed];
  const listed = all.slice(0, LISTED_MAX);
  const complete = !facts.waitingOverflowed && listed.length === all.length;
  const kept = new Set(listed);
  const payouts = complete ? facts.payouts : new Map([...facts.payouts].filter(([id]) => kept.has(id)));
  const older: Older = complete ? facts.older : { kind: 'unknown' };
  return { ...state, facts: { ...facts, payouts, listed, waiting: [], waitingOverflowed: false, older } };
}

export const pause = (state: SettlementState): SettlementState =>
  state.frozen === null ? { ...state, frozen: state.facts, changesHeld: 0 } : state;

export const resume = (state: SettlementState): SettlementState => ({ ...state, frozen: null, changesHeld: 0 });

export const dismissReset = (state: SettlementState): SettlementState => ({ ...state, reset: null });
