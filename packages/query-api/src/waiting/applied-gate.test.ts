import type { ReadPosition } from '@northwind/projector';
import { fakeClock, silentLogger } from '@northwind/testing';
import { afterEach, expect, test } from 'vitest';
import { type AppliedGate, createAppliedGate, WAITERS_MAX, WAITERS_PER_MERCHANT_MAX } from './applied-gate.ts';

let gate: AppliedGate | null = null;

afterEach(() => gate?.stop());

/** A gate in front of a read model that is at `offset` of partition 4, as the test moves it. */
async function setUp() {
  const clock = fakeClock();
  const model = { offset: 0n, reads: 0, fails: false };
  const readPosition = async (): Promise<ReadPosition> => {
    model.reads += 1;
    if (model.fails) throw new Error('the database is away');
    return { epoch: 'g1', offsets: new Map([[4, model.offset]]) };
  };
  const opened = createAppliedGate({ readPosition, clock, logger: silentLogger() });
  gate = opened;
  await opened.start();
  const gone = new AbortController();
  const wait = (offset: bigint, { merchantId = 'mer_001', waitMs = 2_000 } = {}) => {
    const waiter = { over: false, failure: null as unknown };
    void opened
      .wait({ merchantId, at: { partition: 4, offset }, waitMs, gone: gone.signal })
      .catch((error: unknown) => {
        waiter.failure = error;
      })
      .finally(() => {
        waiter.over = true;
      });
    return waiter;
  };
  return { clock, gate: opened, model, wait, gone };
}

test('the doorbell lets through whom it concerns, and the position is read once for all', async () => {
  const { clock, gate: opened, model, wait } = await setUp();
  const [one, other, later] = [wait(3n), wait(3n, { merchantId: 'mer_042' }), wait(4n)];
  await clock.advance(0);
  const before = model.reads;
  model.offset = 3n;
  opened.ring();
  await clock.advance(0);
  expect(model.reads).toBe(before + 1);
  expect([one.over, other.over, later.over]).toEqual([true, true, false]);
});

test('a doorbell that is never heard costs a quarter of a second', async () => {
  const { clock, model, wait } = await setUp();
  const waiter = wait(3n);
  await clock.advance(0);
  model.offset = 3n;
  await clock.advance(249);
  expect(waiter.over).toBe(false);
  await clock.advance(1);
  expect(waiter.over).toBe(true);
});

test('while nobody waits nothing is read, whatever rings', async () => {
  const { clock, gate: opened, model } = await setUp();
  opened.ring();
  await clock.advance(3_600_000);
  expect(model.reads).toBe(0);
});

test('nobody waits longer than they said, than they are there, or than the gate is open', async () => {
  const { clock, gate: opened, wait, gone } = await setUp();
  const short = wait(3n, { waitMs: 500 });
  const long = wait(3n, { waitMs: 9_000 });
  await clock.advance(499);
  expect(short.over).toBe(false);
  await clock.advance(1);
  expect([short.over, long.over]).toEqual([true, false]);
  gone.abort();
  await clock.advance(0);
  expect(long.over).toBe(true);
  const patient = opened.wait({
    merchantId: 'mer_001',
    at: { partition: 4, offset: 3n },
    waitMs: 9_000,
    gone: new AbortController().signal,
  });
  await opened.stop();
  await patient;
});

test('a position that can’t be read is told to all who wait', async () => {
  const { clock, model, wait } = await setUp();
  model.fails = true;
  const waiter = wait(3n);
  await clock.advance(0);
  expect(waiter.failure).toMatchObject({ message: 'the database is away' });
});

test('one merchant’s waiting leaves room for others, and a node’s has an end', async () => {
  const { clock, wait, gone } = await setUp();
  for (let count = 0; count < WAITERS_PER_MERCHANT_MAX; count += 1) wait(3n);
  const tooMany = wait(3n);
  const other = wait(3n, { merchantId: 'mer_042' });
  await clock.advance(0);
  expect(tooMany.failure).toMatchObject({ code: 'too_many_waiting' });
  expect(other).toEqual({ over: false, failure: null });
  for (let count = WAITERS_PER_MERCHANT_MAX + 1; count < WAITERS_MAX; count += 1) {
    wait(3n, { merchantId: `mer_1${count}` });
  }
  const full = wait(3n, { merchantId: 'mer_777' });
  await clock.advance(0);
  expect(full.failure).toMatchObject({ code: 'too_many_waiting' });
  gone.abort();
  await clock.advance(0);
});
