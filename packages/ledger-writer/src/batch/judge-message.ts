/** Tells an event from what can't be one. */
import type { RejectedMessage } from '@northwind/event-store';
import { parseEvent, partitionOf, type SettlementEvent } from '@northwind/events';
import type { HeldMessage } from '../queue/held-message.ts';
import { type Pending, REJECTIONS } from './lanes.ts';

export type Content =
  | { readonly kind: 'event'; readonly event: SettlementEvent }
  | { readonly kind: 'rejection'; readonly rejected: RejectedMessage };

export interface JudgeOptions {
  readonly partitionCount: number;
  readonly nowMs: number;
}

/** The body's own `traceparent` wins over one that came beside it. */
export function judgeMessage(message: HeldMessage, { partitionCount, nowMs }: JudgeOptions): Pending<Content> {
  const { messageId, body, receivedAtMs, traceparent } = message;
  const parsed = parseEvent(body, { receivedAtMs });
  if (!parsed.ok) {
    const { code, field, message: reason } = parsed.rejection;
    const rejected = { messageId, code, field, reason, body };
    return { lane: REJECTIONS, message, sinceMs: nowMs, content: { kind: 'rejection', rejected } };
  }
  const isTracedBeside = parsed.event.traceparent === null && traceparent !== undefined;
  const event = isTracedBeside ? { ...parsed.event, traceparent } : parsed.event;
  const lane = partitionOf(event.merchantId, partitionCount);
  return { lane, message, sinceMs: nowMs, content: { kind: 'event', event } };
}
