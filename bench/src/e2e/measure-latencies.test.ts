import { expect, it } from 'vitest';
import { isComplete, measureLatencies } from './measure-latencies.ts';
import { newObservations } from './observations.ts';
import { scheduleEvents } from './schedule-events.ts';

const schedule = scheduleEvents({
  ratePerSecond: 10,
  seconds: 1,
  merchants: 1,
  startMs: Date.parse('2026-11-22T06:00:00Z'),
});

function allSeen() {
  const seen = newObservations();
  schedule.forEach(({ idempotencyKey, atMs }, n) => {
    seen.committed.set(idempotencyKey, { offset: BigInt(n), atMs: 1_000 + atMs + 5 });
  });
  // Two messages carry all ten events: the latency is that of the first message whose cursor includes the event.
  seen.streamed.set('mer_001', [
    { offset: 4n, atMs: 1_420 },
    { offset: 9n, atMs: 1_930 },
  ]);
  seen.posted.set('po_0', [1_990]);
  return seen;
}

it('measures from the scheduled time of each send', () => {
  const { commitMs, websocketMs, webhookMs, missing } = measureLatencies(schedule, allSeen(), 1_000);
  expect(missing).toEqual([]);
  expect(commitMs).toEqual(Array.from({ length: 10 }, () => 5));
  expect(websocketMs).toEqual([420, 320, 220, 120, 20, 430, 330, 230, 130, 30]);
  expect(webhookMs).toEqual([90]);
});

it('says what is missing or doubled', () => {
  const seen = allSeen();
  seen.committed.delete(schedule[3]?.idempotencyKey ?? '');
  seen.streamed.get('mer_001')?.pop();
  seen.posted.set('po_0', [1_990, 2_000]);
  expect(isComplete(schedule, seen)).toBe(false);
  expect(measureLatencies(schedule, seen, 1_000).missing).toEqual([
    '1 of 10 events were not committed',
    '6 of 10 events were not on the websocket',
    '1 webhooks came twice',
  ]);
});
