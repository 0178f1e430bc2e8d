/** What the read models of one event share while it is folded. */
import type { DomainEvent, Instant } from '@northwind/events';
import type { Posting } from './journal/posting.ts';
import type { Table } from './working-set/table.ts';
import type { WorkingSet } from './working-set/working-set.ts';

/** An event of the log, decoded. */
export interface FoldedEvent<Fact extends DomainEvent = DomainEvent> {
  readonly partition: number;
  readonly offset: bigint;
  readonly merchantId: string;
  /** The id of what it is about: a payment, a refund, a dispute, an adjustment or a payout. */
  readonly subject: string;
  readonly occurredAt: Instant;
  readonly recordedAt: Instant;
  readonly fact: Fact;
  /** The data as it came, for the timeline, and its version. */
  readonly data: unknown;
  readonly version: number;
}

export type AnomalyKind =
  | 'amount_mismatch'
  | 'business_duplicate'
  | 'currency_mismatch'
  | 'negative_balance'
  | 'over_refund'
  | 'settled_and_failed'
  | 'unknown_payment'
  | 'won_and_lost';

/** What an event showed that a person should look at. The detail is stored as JSON; amounts in it are minor units. */
export interface Anomaly {
  readonly kind: AnomalyKind;
  readonly detail: Readonly<Record<string, string | bigint | null>>;
}

export interface Folding {
  readonly event: FoldedEvent;
  readonly working: WorkingSet;
  readonly postings: Posting[];
  readonly anomalies: Anomaly[];
}

/**
 * One folder of this package. The models take an event in the registry's order, so a later one finds the
 * postings and anomalies of the earlier ones.
 */
export interface ReadModel {
  readonly name: string;
  /** Raised whenever its rows say something else. A generation holds one version. Default 1. */
  readonly version?: number;
  /** The tables it owns, in the order they are written. */
  readonly tables: readonly Table[];
  /**
   * Announces the rows of its own tables that this or another fold will ask for. Rows of the tables in `wantsFrom`
   * are loaded by then.
   */
  want?(event: FoldedEvent, working: WorkingSet): void;
  /** Tables of models before it whose rows its `want` looks at. */
  readonly wantsFrom?: readonly Table[];
  fold(folding: Folding): void;
}

/** The same business fact told a second time, under another timestamp: it posts nothing and changes no row. */
export function businessDuplicate(event: FoldedEvent, firstOccurredAt: Instant): Anomaly {
  const { fact, occurredAt } = event;
  return { kind: 'business_duplicate', detail: { type: fact.type, occurredAt, firstOccurredAt } };
}
