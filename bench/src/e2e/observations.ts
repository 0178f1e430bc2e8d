/** What the outside saw of the events, in milliseconds of one monotonic clock. Filled by the watchers. */
export interface Observations {
  /** By idempotency key: where it stands in the log, and when a reader first saw it committed. */
  readonly committed: Map<string, { readonly offset: bigint; readonly atMs: number }>;
  /** By merchant: each websocket message's cursor and arrival, in order. */
  readonly streamed: Map<string, { readonly offset: bigint; readonly atMs: number }[]>;
  /** By payout: each POST of its settlement. */
  readonly posted: Map<string, number[]>;
}

export function newObservations(): Observations {
  return { committed: new Map(), streamed: new Map(), posted: new Map() };
}
