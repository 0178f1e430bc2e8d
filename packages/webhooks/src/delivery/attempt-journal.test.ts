import { systemClock } from '@northwind/service-kit';
import { eventually, silentLogger } from '@northwind/testing';
import { expect, test } from 'vitest';
import { RECORD_BATCH_MAX, RECORD_GATHER_MS } from '../limits.ts';
import { NO_EXCHANGE } from '../receipts/receipt.ts';
import { createAttemptJournal } from './attempt-journal.ts';
import type { FinishedAttempt } from './record-attempts.ts';

const AT = '2026-11-22T06:00:00.000000Z';

function attempt(nth: number, responseBody = ''): FinishedAttempt {
  return {
    ...NO_EXCHANGE,
    deliveryId: String(nth),
    endpointId: 'we_1',
    url: 'https://example.com/',
    eventType: 'payout.settled',
    attempt: 1,
    scheduledAt: AT,
    triggeredBy: 'schedule',
    startedAt: AT,
    finishedAt: AT,
    durationMs: 1,
    outcome: 'delivered',
    detail: null,
    secretVersion: 1,
    responseBody,
    next: { state: 'delivered', delayMs: null, retries: 0, disablesEndpoint: false },
  };
}

interface JournalWish {
  readonly mayGather?: (attempt: FinishedAttempt) => boolean;
  readonly refuses?: (attempt: FinishedAttempt) => boolean;
  readonly isAway?: () => boolean;
}

function openJournal({ mayGather = () => false, refuses = () => false, isAway = () => false }: JournalWish = {}) {
  const batches: FinishedAttempt[][] = [];
  const journal = createAttemptJournal({
    async write(attempts) {
      if (isAway()) throw Object.assign(new Error('the database system is shutting down'), { code: '57P03' });
      if (attempts.some(refuses)) throw Object.assign(new Error('invalid byte sequence'), { code: '22021' });
      batches.push([...attempts]);
      await systemClock.sleep(1);
      return attempts.map(() => 'moved');
    },
    mayGather,
    clock: systemClock,
    logger: silentLogger(),
  });
  return { journal, batches, sizes: () => batches.map((batch) => batch.length) };
}

test('what ends while a statement is under way is recorded by the next, in order', async () => {
  const { journal, batches, sizes } = openJournal();
  const first = journal.record(attempt(0));
  await systemClock.sleep(0);
  const others = Array.from({ length: 600 }, (_, n) => journal.record(attempt(n + 1)));
  expect(await Promise.all([first, ...others])).toEqual(Array(601).fill('moved'));
  expect(sizes()).toEqual([1, 256, 256, 88]);
  expect(batches.flat().map(({ deliveryId }) => Number(deliveryId))).toEqual([...Array(601).keys()]);
});

test('a statement holds no more of the answers than it may, and one answer whatever its size', async () => {
  const { journal, sizes } = openJournal();
  const third = 'x'.repeat(RECORD_BATCH_MAX.characters / 3);
  await Promise.all([1, 2, 3, 4, 5].map((nth) => journal.record(attempt(nth, third))));
  expect(sizes()).toEqual([3, 2]);
  await journal.record(attempt(6, third.repeat(4)));
  expect(sizes()).toEqual([3, 2, 1]);
});

test('while nobody waits for their slots, attempts gather', async () => {
  const { journal, sizes } = openJournal({ mayGather: () => true });
  const spread = [0, 4, 8].map(async (ms) => {
    await systemClock.sleep(ms);
    return journal.record(attempt(ms));
  });
  await Promise.all(spread);
  expect(sizes()).toEqual([3]);
});

test('what gathers is written as soon as one comes whose slot is wanted', async () => {
  const { journal, sizes } = openJournal({ mayGather: ({ endpointId }) => endpointId !== 'we_crowded' });
  const patient = journal.record(attempt(0));
  await systemClock.sleep(2);
  const beganMs = systemClock.monotonicMs();
  await Promise.all([patient, journal.record({ ...attempt(1), endpointId: 'we_crowded' })]);
  expect(sizes()).toEqual([2]);
  expect(systemClock.monotonicMs() - beganMs).toBeLessThan(RECORD_GATHER_MS - 5);
});

test('a receipt that the database refuses is written without its answer, and no other with it', async () => {
  const { journal, batches } = openJournal({ refuses: ({ responseBody }) => responseBody === 'bad' });
  const bodies = ['good', 'bad', 'good', 'good'];
  const outcomes = await Promise.all(bodies.map((body, nth) => journal.record(attempt(nth, body))));
  expect(outcomes).toEqual(Array(4).fill('moved'));
  const kept = Object.fromEntries(batches.flat().map(({ deliveryId, responseBody }) => [deliveryId, responseBody]));
  expect(kept).toEqual({ 0: 'good', 1: null, 2: 'good', 3: 'good' });
});

test('it is stuck while the database is away, and no more once a batch is written', async () => {
  let isAway = true;
  const { journal } = openJournal({ isAway: () => isAway });
  const recorded = journal.record(attempt(0));
  expect(journal.isStuck).toBe(false);
  await eventually(() => expect(journal.isStuck).toBe(true));
  isAway = false;
  expect(await recorded).toBe('moved');
  expect(journal.isStuck).toBe(false);
});
