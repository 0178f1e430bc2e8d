import type { PayoutTransition } from '@northwind/projector';
import { stringify } from '@northwind/service-kit';
import { BODY_BYTES_MAX } from '../limits.ts';
import type { PayoutEventType } from './event-types.ts';

export function eventTypeOf({ status }: Pick<PayoutTransition, 'status'>): PayoutEventType {
  return `payout.${status}`;
}

/**
 * What the merchant gets: the payout as it was right after this transition, however late it arrives, and the coordinate
 * of the event that caused it. Amounts and offsets are exact JSON integers. Every attempt sends these same bytes.
 */
export function buildBody(transition: PayoutTransition): string {
  const { payout, partition, offset } = transition;
  const body = stringify({
    type: eventTypeOf(transition),
    timestamp: transition.occurredAt,
    data: { ...payout, partition, offset },
  });
  const bytes = Buffer.byteLength(body);
  if (bytes > BODY_BYTES_MAX) {
    throw new Error(`the body of transition ${partition}:${offset} has ${bytes} bytes, over ${BODY_BYTES_MAX}`);
  }
  return body;
}
