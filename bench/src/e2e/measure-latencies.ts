/** Latencies from each event's scheduled time, and what never arrived. A run with anything missing proves nothing. */
import type { Observations } from './observations.ts';
import type { ScheduledEvent } from './schedule-events.ts';

export interface Latencies {
  readonly commitMs: readonly number[];
  readonly websocketMs: readonly number[];
  readonly webhookMs: readonly number[];
  /** Sentences; empty when everything arrived, and arrived once. */
  readonly missing: readonly string[];
}

export function measureLatencies(schedule: readonly ScheduledEvent[], seen: Observations, startMs: number): Latencies {
  const commitMs: number[] = [];
  const websocketMs: number[] = [];
  const webhookMs: number[] = [];
  let doubled = 0;
  for (const { atMs, merchantId, idempotencyKey, event } of schedule) {
    const scheduledMs = startMs + atMs;
    const committed = seen.committed.get(idempotencyKey);
    if (committed) {
      commitMs.push(committed.atMs - scheduledMs);
      const streamed = firstAtOrAfter(seen.streamed.get(merchantId) ?? [], committed.offset);
      if (streamed !== undefined) websocketMs.push(streamed - scheduledMs);
    }
    if (event.type !== 'payout.settled') continue;
    const [first, ...again] = seen.posted.get(event.subject) ?? [];
    if (first !== undefined) webhookMs.push(first - scheduledMs);
    doubled += again.length;
  }
  const settled = schedule.filter(({ event }) => event.type === 'payout.settled').length;
  const missing = [
    describe('committed', schedule.length - commitMs.length, schedule.length),
    describe('on the websocket', schedule.length - websocketMs.length, schedule.length),
    describe('POSTed as webhook', settled - webhookMs.length, settled),
    doubled > 0 ? `${doubled} webhooks came twice` : '',
  ];
  return { commitMs, websocketMs, webhookMs, missing: missing.filter((line) => line !== '') };
}

/** Everything that `schedule` leads to has been seen. */
export function isComplete(schedule: readonly ScheduledEvent[], seen: Observations): boolean {
  return measureLatencies(schedule, seen, 0).missing.length === 0;
}

/** Arrival of the first message that includes the offset; cursors only grow. */
function firstAtOrAfter(messages: readonly { offset: bigint; atMs: number }[], offset: bigint): number | undefined {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((messages[middle]?.offset ?? 0n) >= offset) high = middle;
    else low = middle + 1;
  }
  return messages[low]?.atMs;
}

function describe(what: string, missing: number, of: number): string {
  return missing > 0 ? `${missing} of ${of} events were not ${what}` : '';
}
