import type { AppendedEvent } from './read-outcome.ts';
import type { ReceivedWebhook } from './receive-webhooks.ts';
import type { Arrival, WatchedStream } from './watch-streams.ts';

/**
 * For every event in the log: the time from the send of the message that brought it until the merchant's page knew
 * everything up to its offset. Events whose page never did are left out; the caller compares the counts.
 */
export function streamLatencies(
  events: readonly AppendedEvent[],
  sentAtMs: ReadonlyMap<string, number>,
  streams: ReadonlyMap<string, WatchedStream>,
): number[] {
  const latencies: number[] = [];
  for (const { messageId, merchantId, partition, offset } of events) {
    const sent = sentAtMs.get(messageId ?? '');
    const arrived = firstCovering(streams.get(merchantId)?.arrivals ?? [], partition, offset);
    if (sent !== undefined && arrived !== null) latencies.push(arrived - sent);
  }
  return latencies;
}

/** For every webhook: the time from the send of the payout's settlement until its POST arrived. */
export function webhookLatencies(
  webhooks: readonly ReceivedWebhook[],
  events: readonly AppendedEvent[],
  sentAtMs: ReadonlyMap<string, number>,
): number[] {
  const messageIds = new Map(events.map((event) => [coordinate(event), event.messageId]));
  return webhooks.flatMap((webhook) => {
    const sent = sentAtMs.get(messageIds.get(coordinate(webhook)) ?? '');
    return sent === undefined ? [] : [webhook.receivedAtMs - sent];
  });
}

const coordinate = ({ partition, offset }: { partition: number; offset: bigint }) => `${partition}/${offset}`;

/** Arrivals come in the order of their offsets, so the first that covers one is found by halving. */
function firstCovering(arrivals: readonly Arrival[], partition: number, offset: bigint): number | null {
  let low = 0;
  let high = arrivals.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((arrivals[middle]?.offset ?? -1n) < offset) low = middle + 1;
    else high = middle;
  }
  const found = arrivals[low];
  return found?.partition === partition ? found.atMs : null;
}
