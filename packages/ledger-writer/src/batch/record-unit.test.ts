import type { EventLog } from '@northwind/event-store';
import type { parseEvent } from '@northwind/events';
import { expect, it } from 'vitest';
import type { Content } from './judge-message.ts';
import type { Pending } from './lanes.ts';
import { recordUnit } from './record-unit.ts';

function pendingOf(n: number): Pending<Content> {
  const message = { messageId: `m${n}`, receiptHandle: `r${n}`, body: '', receivedAtMs: 0 };
  const event = {} as Extract<ReturnType<typeof parseEvent>, { ok: true }>['event'];
  return { lane: 0, message, sinceMs: 0, content: { kind: 'event', event } };
}

it('makes a throwing hook no failure of the unit: what is committed is not written again', async () => {
  const appends: number[] = [];
  const append = async (events: readonly unknown[]) => {
    appends.push(events.length);
    return events.map(() => ({ kind: 'appended' }));
  };
  // What the log itself throws for data that it refuses.
  const defect = Object.assign(new Error('of the hook'), { code: '22003' });
  const recording = recordUnit({ append } as unknown as EventLog, [pendingOf(1), pendingOf(2)], () => {
    throw defect;
  });
  await expect(recording).rejects.toBe(defect);
  expect(appends).toEqual([2]);
});
