/** Tells events from what can't be one, in arrival order. */

import type { IncomingEvent, RejectedMessage } from '@northwind/event-store';
import { parseEvent } from '@northwind/events';
import type { HeldMessage } from '../queue/held-message.ts';

export interface JudgedMessages {
  readonly events: readonly (IncomingEvent & { readonly body: string; readonly messageId: string })[];
  readonly rejected: readonly RejectedMessage[];
}

export function judgeMessages(messages: readonly HeldMessage[]): JudgedMessages {
  const events: JudgedMessages['events'][number][] = [];
  const rejected: RejectedMessage[] = [];
  for (const { messageId, body, receivedAtMs } of messages) {
    const parsed = parseEvent(body, { receivedAtMs });
    if (parsed.ok) events.push({ event: parsed.event, messageId, body });
    else {
      const { code, field, message: reason } = parsed.rejection;
      rejected.push({ messageId, code, field, reason, body });
    }
  }
  return { events, rejected };
}
