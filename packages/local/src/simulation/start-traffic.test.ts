import { parseEvent } from '@northwind/events';
import { fakeClock } from '@northwind/testing';
import { expect, test } from 'vitest';
import { startTraffic } from './start-traffic.ts';

async function live(minutes: number, send: (bodies: readonly string[]) => Promise<void>) {
  const clock = fakeClock(Date.parse('2026-11-22T06:00:00Z'));
  const traffic = startTraffic({ rate: 20, seed: 'live', send, clock });
  await traffic.start();
  await clock.advance(minutes * 60_000);
  await traffic.stop();
  return { clock, traffic };
}

test('events come at about the rate that was asked for, each valid when it is sent', async () => {
  const bodies: string[] = [];
  const { clock, traffic } = await live(5, async (sent) => void bodies.push(...sent));
  const results = bodies.map((body) => parseEvent(body, { receivedAtMs: clock.nowMs() }));
  expect(traffic.sent()).toBe(bodies.length);
  expect(bodies.length).toBeGreaterThan(20 * 300 * 0.75);
  expect(bodies.length).toBeLessThan(20 * 300 * 1.25);
  expect(results.filter(({ ok }) => !ok).length).toBeLessThan(bodies.length / 100);
  const types = new Set(results.map((result) => (result.ok ? result.event.type : 'invalid')));
  for (const type of ['payment.captured', 'refund.succeeded', 'payout.settled', 'payout.returned']) {
    expect(types).toContain(type);
  }
});

test('messages wait while they can not be sent, and none is lost', async () => {
  const bodies: string[] = [];
  let failures = 0;
  const send = async (sent: readonly string[]) => {
    if (failures < 3) {
      failures += 1;
      throw new Error('the queue is away');
    }
    bodies.push(...sent);
  };
  await live(1, send);
  const subjects = bodies.map((body) => /"(pay|po|re|dp|adj)_live_(\d+)"/.exec(body)?.[2]);
  expect(subjects.some((subject) => subject === '000001')).toBe(true);
});
