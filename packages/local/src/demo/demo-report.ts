/** What a demo found. Plain data: `settle demo --json` prints it as it is. */
export interface DemoReport {
  readonly seed: string;
  readonly passed: boolean;
  /** Each thing that is not as it should be, in words; empty when all is right. */
  readonly inconsistencies: readonly string[];
  readonly sent: SentCounts;
  readonly intake: IntakeCounts;
  readonly compared: ComparedCounts;
  readonly webhooks: WebhookCounts;
  readonly streams: StreamCounts;
  /** Events a second from the first send until the last event was in the read models. */
  readonly eventsPerSecond: number;
  readonly processingMs: number;
  /** Most messages that were sent and not yet in the log, conflicts or rejections. */
  readonly inFlightMax: number;
  /** From the send of a message to the moment at which its effect arrived. */
  readonly latency: { readonly websocketMs: Quantiles; readonly webhookMs: Quantiles };
  /** Services killed with SIGKILL in the middle; empty without --chaos. */
  readonly killed: readonly string[];
  readonly totalMs: number;
}

export interface SentCounts {
  readonly total: number;
  readonly fresh: number;
  readonly duplicate: number;
  readonly conflict: number;
  readonly invalid: number;
}

/** What the log says became of every message it was given. */
export interface IntakeCounts {
  readonly received: number;
  readonly appended: number;
  readonly duplicate: number;
  readonly conflict: number;
  readonly rejected: number;
  /** Of those received: deliveries of a message that the queue had delivered before. */
  readonly redelivered: number;
}

export interface ComparedCounts {
  readonly merchants: number;
  readonly balances: number;
  readonly payouts: number;
  /** Balances that the websockets showed last. */
  readonly streamedBalances: number;
}

export interface WebhookCounts {
  /** Payouts that settled, says the generator. */
  readonly expected: number;
  readonly planned: number;
  readonly delivered: number;
  /** Distinct webhook ids whose signature and body the receiver found right. */
  readonly verified: number;
  /** Deliveries that came again; at-least-once allows it. */
  readonly repeated: number;
}

export interface StreamCounts {
  readonly sockets: number;
  readonly messages: number;
  readonly reconnects: number;
  readonly resets: number;
}

export interface Quantiles {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export function isPassed(report: DemoReport): boolean {
  return report.passed;
}

/** Nearest-rank quantiles. */
export function quantiles(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((one, other) => one - other);
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { count: sorted.length, p50: rank(0.5), p99: rank(0.99), max: rank(1) };
}
