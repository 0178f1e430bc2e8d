/**
 * The status of a dispute is a total function of the facts seen, whatever their order: lost > won > opened. A dispute
 * that was both won and lost is a contradiction for a person to resolve; until then the money stays taken, because
 * paying it out could not be undone.
 */
export const DISPUTE_STATUSES = ['opened', 'won', 'lost'] as const;

export type DisputeStatus = (typeof DISPUTE_STATUSES)[number];

/** The facts, least decisive first: a later one speaks for the dispute. */
export const DISPUTE_PRECEDENCE = ['opened', 'won', 'lost'] as const satisfies readonly DisputeStatus[];

/** Null when nothing was seen. */
export function disputeStatus(facts: ReadonlySet<DisputeStatus>): DisputeStatus | null {
  return DISPUTE_PRECEDENCE.findLast((fact) => facts.has(fact)) ?? null;
}
