/** Balances, derived from the postings alone: an event that posts nothing can't move one. */
import { disputesTable } from '../disputes/table.ts';
import type { Anomaly, FoldedEvent, ReadModel } from '../folding.ts';
import type { Account } from '../journal/accounts.ts';
import type { Entry, Posting, PostingKind } from '../journal/posting.ts';
import { payoutsTable } from '../payouts/table.ts';
import type { WorkingSet } from '../working-set/working-set.ts';
import { type BalanceFigures, type BalanceRow, balancesTable } from './table.ts';
import { toldCurrencies } from './told-currencies.ts';

export const balances: ReadModel = {
  name: 'balances',
  tables: [balancesTable],
  wantsFrom: [payoutsTable, disputesTable],
  want(event, working) {
    for (const currency of currenciesOf(event, working)) working.rows(balancesTable).want(event.merchantId, currency);
  },
  fold({ event, working, postings, anomalies }) {
    const rows = working.rows(balancesTable);
    for (const [currency, movements] of movementsByCurrency(postings)) {
      const before = rows.get(event.merchantId, currency) ?? emptyBalance(event, currency);
      const after = moveBalance(before, event, movements);
      rows.put(after);
      if (before.availableMinor >= 0n && after.availableMinor < 0n) anomalies.push(negativeBalance(after));
    }
  },
};

export interface Movement {
  readonly kind: PostingKind;
  readonly entry: Entry;
}

/** The balance after the entries of one event in its currency. */
export function moveBalance(before: BalanceRow, event: FoldedEvent, movements: readonly Movement[]): BalanceRow {
  const figures: { -readonly [Figure in keyof BalanceFigures]?: bigint } = {};
  for (const { kind, entry } of movements) {
    const { figure, sign } = signedFigureOf(entry.account, kind);
    figures[figure] = (figures[figure] ?? before[figure]) + sign * entry.amountMinor;
  }
  return { ...before, ...figures, partition: event.partition, offset: event.offset, updatedAt: event.recordedAt };
}

interface SignedFigure {
  readonly figure: keyof BalanceFigures;
  readonly sign: 1n | -1n;
}

const FIGURES: Readonly<Record<Exclude<Account, 'processor_receivable'>, SignedFigure>> = {
  merchant_payable: { figure: 'availableMinor', sign: 1n },
  payout_in_transit: { figure: 'inTransitMinor', sign: 1n },
  dispute_reserve: { figure: 'reservedMinor', sign: 1n },
  bank: { figure: 'paidOutMinor', sign: 1n },
  fee_revenue: { figure: 'feesMinor', sign: 1n },
  dispute_loss: { figure: 'disputesMinor', sign: 1n },
  adjustments: { figure: 'adjustmentsMinor', sign: -1n },
};

/** The figure an entry moves. The receivable is two figures: captures raise the gross, everything else is refunds. */
export function signedFigureOf(account: Account, kind: PostingKind): SignedFigure {
  if (account !== 'processor_receivable') return FIGURES[account];
  return kind === 'capture' ? { figure: 'grossMinor', sign: -1n } : { figure: 'refundsMinor', sign: 1n };
}

/** A balance that nothing has moved. */
export function emptyBalance(event: FoldedEvent, currency: string): BalanceRow {
  return {
    merchantId: event.merchantId,
    currency,
    availableMinor: 0n,
    inTransitMinor: 0n,
    reservedMinor: 0n,
    grossMinor: 0n,
    feesMinor: 0n,
    refundsMinor: 0n,
    disputesMinor: 0n,
    adjustmentsMinor: 0n,
    paidOutMinor: 0n,
    partition: event.partition,
    offset: event.offset,
    updatedAt: event.recordedAt,
  };
}

export function movementsByCurrency(postings: readonly Posting[]): Map<string, Movement[]> {
  const byCurrency = new Map<string, Movement[]>();
  for (const { kind, entries } of postings) {
    for (const entry of entries) {
      const movements = byCurrency.get(entry.currency);
      if (movements === undefined) byCurrency.set(entry.currency, [{ kind, entry }]);
      else movements.push({ kind, entry });
    }
  }
  return byCurrency;
}

function negativeBalance({ currency, availableMinor }: BalanceRow): Anomaly {
  return { kind: 'negative_balance', detail: { currency, availableMinor } };
}

/** Every currency that the event may move: its own, and those its payout or dispute may have posted in so far. */
export function currenciesOf(event: FoldedEvent, working: WorkingSet): string[] {
  const { fact, merchantId, subject } = event;
  const currencies = [...toldCurrencies(event, working)];
  const known = fact.type.startsWith('payout.')
    ? working.rows(payoutsTable).get(merchantId, subject)
    : fact.type.startsWith('dispute.')
      ? working.rows(disputesTable).get(merchantId, subject)
      : undefined;
  return known?.currency ? [...currencies, known.currency] : currencies;
}
