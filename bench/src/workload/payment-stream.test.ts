import { parseEvent } from '@northwind/events';
import { expect, it } from 'vitest';
import { MERCHANTS, merchantName, paymentStream } from './payment-stream.ts';
import { skewedChoice } from './skewed-choice.ts';

const parse = ({ body }: { body: string }) => {
  const parsed = parseEvent(body, { receivedAtMs: Date.UTC(2027, 0, 1) });
  if (!parsed.ok) throw new Error(parsed.rejection.message);
  return parsed.event;
};

it('is events of about 250 bytes with keys of their own, the same in every run', () => {
  const arrivals = [...paymentStream(2_000)];
  const events = arrivals.map(parse);
  const bytes = events.reduce((sum, event) => sum + event.canonicalData.length, 0) / events.length;
  expect(bytes).toBeGreaterThan(235);
  expect(bytes).toBeLessThan(265);
  expect(new Set(events.map((event) => event.idempotencyKey)).size).toBe(2_000);
  expect(new Set(arrivals.map(({ messageId }) => messageId)).size).toBe(2_000);
  expect([...paymentStream(2_000)]).toEqual(arrivals);
});

it('is of 500 merchants, the k-th in proportion to 1/k', () => {
  const choose = skewedChoice(MERCHANTS);
  const counts = new Map<string, number>();
  const draws = 100_000;
  for (let n = 0; n < draws; n += 1) {
    const merchant = merchantName(choose((n + 0.5) / draws));
    counts.set(merchant, (counts.get(merchant) ?? 0) + 1);
  }
  expect(counts.size).toBe(500);
  expect((counts.get('mer_0001') ?? 0) / draws).toBeCloseTo(0.147, 3);
  expect((counts.get('mer_0010') ?? 0) / draws).toBeCloseTo(0.0147, 3);
});

it('has keys that come nearly in order: late by two seconds at most', () => {
  const keys = [...paymentStream(25_000)].map((arrival) => parse(arrival).idempotencyKey.replaceAll('-', ''));
  const times = keys.map((key) => Number.parseInt(key.slice(0, 12), 16));
  let latest = 0;
  for (const time of times) {
    expect(time).toBeGreaterThanOrEqual(latest - 2_000);
    latest = Math.max(latest, time);
  }
  expect(times.some((time, n) => n > 0 && time < (times[n - 1] ?? 0))).toBe(true);
});
