/**
 * The status of a payout is a total function of the facts seen, whatever their order: returned > settled > failed >
 * submitted > initiated. A return speaks last because it undoes a settlement. A settlement outranks a failure: money
 * that arrived has left the bank, whatever else was said.
 */
export const PAYOUT_STATUSES = ['initiated', 'submitted', 'settled', 'failed', 'returned'] as const;

export type PayoutStatus = (typeof PAYOUT_STATUSES)[number];

/** Least decisive first: a later one speaks for the payout. */
export const PAYOUT_PRECEDENCE = [
  'initiated',
  'submitted',
  'failed',
  'settled',
  'returned',
] as const satisfies readonly PayoutStatus[];

/** Each status is the name of the fact that brings it. Null when nothing was seen. */
export function payoutStatus(facts: ReadonlySet<PayoutStatus>): PayoutStatus | null {
  return PAYOUT_PRECEDENCE.findLast((fact) => facts.has(fact)) ?? null;
}
