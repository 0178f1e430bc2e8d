import { expect, test } from 'vitest';
import { scheduleEvents } from './schedule-events.ts';

const options = { ratePerSecond: 15, seconds: 1, merchants: 3, startMs: Date.UTC(2026, 10, 22) };
const subjects = (after?: number) =>
  scheduleEvents({ ...options, ...(after !== undefined && { after }) }).map(({ event }) => event.subject);

test('of ten events seven are captures, and three are one payout', () => {
  expect(subjects()).toHaveLength(15);
  expect(subjects().filter((subject) => subject === 'po_0')).toHaveLength(3);
  expect(new Set(subjects()).size).toBe(13);
});

test('a schedule after another is of other payments and payouts, at the same times', () => {
  const again = new Set(subjects(15));
  expect(subjects().filter((subject) => again.has(subject))).toEqual([]);
  const [first] = scheduleEvents({ ...options, after: 15 });
  expect(first?.atMs).toBe(0);
});
