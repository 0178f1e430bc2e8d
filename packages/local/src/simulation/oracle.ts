import type { Intent, PayoutIntent, PayoutOutcome } from './intent.ts';

/** What a merchant has in one currency, in minor units. */
export interface BalanceFigures {
  availableMinor: bigint;
  inTransitMinor: bigint;
  reservedMinor: bigint;
  grossMinor: bigint;
  feesMinor: bigint;
  refundsMinor: bigint;
  disputesMinor: bigint;
  adjustmentsMinor: bigint;
  paidOutMinor: bigint;
}

export interface OracleBalance extends Readonly<BalanceFigures> {
  readonly merchantId: string;
  readonly currency: string;
}

export interface OraclePayout {
  readonly merchantId: string;
  readonly payoutId: string;
  readonly status: PayoutOutcome;
  readonly amountMinor: bigint;
  readonly currency: string;
}

/** Knows the right answer by itself: from what was meant to happen, never from an event. */
export interface Oracle {
  learn(intent: Intent): void;
  available(merchantId: string, currency: string): bigint;
  balances(): readonly OracleBalance[];
}

export function createOracle(): Oracle {
  const books = new Map<string, BalanceFigures & { readonly merchantId: string; readonly currency: string }>();
  const book = ({ merchantId, currency }: { readonly merchantId: string; readonly currency: string }) => {
    const key = `${merchantId} ${currency}`;
    const known = books.get(key) ?? { merchantId, currency, ...nothing() };
    books.set(key, known);
    return known;
  };
  return {
    learn: (intent) => learn(book(intent), intent),
    available: (merchantId, currency) => books.get(`${merchantId} ${currency}`)?.availableMinor ?? 0n,
    balances: () => [...books.values()],
  };
}

export function oraclePayout({ merchantId, payoutId, outcome, amountMinor, currency }: PayoutIntent): OraclePayout {
  return { merchantId, payoutId, status: outcome, amountMinor, currency };
}

const nothing = (): BalanceFigures => ({
  availableMinor: 0n,
  inTransitMinor: 0n,
  reservedMinor: 0n,
  grossMinor: 0n,
  feesMinor: 0n,
  refundsMinor: 0n,
  disputesMinor: 0n,
  adjustmentsMinor: 0n,
  paidOutMinor: 0n,
});

/** Where the money of a whole intent ends up, once everything about it is known. */
function learn(figures: BalanceFigures, intent: Intent): void {
  const { amountMinor } = intent;
  switch (intent.kind) {
    case 'adjustment':
      figures.adjustmentsMinor += amountMinor;
      figures.availableMinor += amountMinor;
      return;
    case 'payout':
      if (intent.outcome === 'failed' || intent.outcome === 'returned') return;
      figures.availableMinor -= amountMinor;
      if (intent.outcome === 'settled') figures.paidOutMinor += amountMinor;
      else figures.inTransitMinor += amountMinor;
      return;
    case 'payment': {
      figures.grossMinor += amountMinor;
      figures.feesMinor += intent.feeMinor;
      figures.availableMinor += amountMinor - intent.feeMinor;
      for (const refund of intent.refunds) {
        figures.refundsMinor += refund.amountMinor;
        figures.feesMinor -= refund.feeRefundedMinor;
        figures.availableMinor -= refund.amountMinor - refund.feeRefundedMinor;
      }
      if (intent.dispute === null || intent.dispute.outcome === 'won') return;
      figures.availableMinor -= intent.dispute.amountMinor;
      if (intent.dispute.outcome === 'lost') figures.disputesMinor += intent.dispute.amountMinor;
      else figures.reservedMinor += intent.dispute.amountMinor;
      return;
    }
  }
}
