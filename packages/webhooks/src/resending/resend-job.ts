/** A bulk re-send: which deliveries, how fast, how far. SPEC.md says what moves a job and its items. */
import type { Instant } from '@northwind/events';
import type { ResendFilter } from './resend-filter.ts';

/** `completed` and `cancelled` let nothing out any more; a cancelled job still follows what it has let out. */
export const RESEND_JOB_STATES = ['running', 'paused', 'cancelled', 'completed'] as const;
export type ResendJobState = (typeof RESEND_JOB_STATES)[number];

/** `waiting` for its turn, `sending` until its delivery is final, then as the delivery ended, or `skipped`. */
export const RESEND_ITEM_STATES = ['waiting', 'sending', 'delivered', 'exhausted', 'cancelled', 'skipped'] as const;
export type ResendItemState = (typeof RESEND_ITEM_STATES)[number];

/** Why an item was skipped. A closed list, with a sentence for people. */
export const SKIP_REASONS = {
  endpoint_disabled: 'Its endpoint is disabled.',
  endpoint_removed: 'Its endpoint was removed.',
  state_changed: 'When its turn came it was not in a state that the job is about: somebody else had sent it again.',
  deleted: 'The delivery is not kept any more.',
  job_cancelled: 'The job was cancelled before its turn.',
} as const;
export type SkipReason = keyof typeof SKIP_REASONS;

/** How many items are in each state; they sum to `total`, always. */
export interface ResendProgress extends Readonly<Record<ResendItemState, bigint>> {
  readonly total: bigint;
}

export interface ResendJob {
  readonly jobId: string;
  /** Null: over all merchants. */
  readonly merchantId: string | null;
  readonly filter: ResendFilter;
  readonly requestedBy: string;
  readonly state: ResendJobState;
  readonly ratePerSecond: number;
  readonly createdAt: Instant;
  /** When its last item was final; null until then. */
  readonly finishedAt: Instant | null;
  readonly progress: ResendProgress;
}
