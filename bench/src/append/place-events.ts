/** The workload as the append gets it (parsed, with key and fingerprint), and as rows that are numbered already. */
import type { IncomingEvent } from '@northwind/event-store';
import { parseEvent, partitionOf } from '@northwind/events';
import { type Arrival, paymentStream } from '../workload/payment-stream.ts';

export const PARTITIONS = 16;

export interface PlacedEvent extends IncomingEvent {
  readonly messageId: string;
  readonly partition: number;
  /** The offset that the log will give it, when all events come in this order: for inserts that number nothing. */
  readonly offset: number;
}

export function placeEvents(count: number, seed?: number): PlacedEvent[] {
  const nextOffsets = new Array<number>(PARTITIONS).fill(0);
  return Array.from(paymentStream(count, seed), (arrival) => {
    const event = parsed(arrival);
    const partition = partitionOf(event.merchantId, PARTITIONS);
    const offset = nextOffsets[partition] ?? 0;
    nextOffsets[partition] = offset + 1;
    return { event, messageId: arrival.messageId, partition, offset };
  });
}

function parsed({ body }: Arrival): IncomingEvent['event'] {
  const result = parseEvent(body, { receivedAtMs: Date.UTC(2027, 0, 1) });
  if (!result.ok) throw new Error(`the workload is no event: ${result.rejection.message}`);
  return result.event;
}
