/**
 * Hands what has arrived on to be written: several units beside each other, each with lanes of its own.
 *
 * When nothing is being written, what arrives is written at once. While a unit is being written, what arrives waits for
 * its end and then goes as one unit, so units are small when it is quiet and large when it is busy. A further unit is
 * begun beside it when it would be full, or when its first message has waited `flushMs` (the one under way waits for a
 * lock, perhaps).
 *
 * A unit that fails keeps its lanes and is written again. If the log is away, everything waits and one unit tries. If
 * it answered, the fault may be one lane's: each lane of the unit is then tried by itself, while other lanes go on.
 */
import type { Clock } from '@northwind/service-kit';
import type { HeldMessage } from '../queue/held-message.ts';
import { createLanes, type LanesOptions, type Pending, type Unit } from './lanes.ts';

export interface WriteResult<T> {
  /** What is not committed, in order; nothing when all is well. */
  readonly left: readonly Pending<T>[];
  /** The log could not be reached: no other unit would fare better. */
  readonly isAway: boolean;
}

export interface BatcherOptions<T> extends LanesOptions {
  /** Units written at the same time at most. */
  readonly appendsMax: number;
  /** Must not throw. */
  readonly write: (pending: readonly Pending<T>[], attempt: number) => Promise<WriteResult<T>>;
  /** Gives messages back to the queue. Must not throw. */
  readonly giveBack: (messages: readonly HeldMessage[]) => Promise<void>;
  /** Told after each write how it stands. */
  readonly onState: (state: { readonly isAway: boolean; readonly isFailing: boolean }) => void;
  readonly retryDelayMs: (attempt: number) => number;
  readonly clock: Clock;
}

export interface Batcher<T> {
  add(pending: readonly Pending<T>[]): void;
  /** Gives back what was received before then, and whatever of the same lanes came after it. */
  giveBackReceivedBefore(receivedMs: number): void;
  /**
   * Writes what was added and resolves when nothing is under way. What fails, or has not begun within `withinMs`, is
   * given back. Nothing may be added after this until it has resolved.
   */
  drain(withinMs: number): Promise<void>;
}

interface Retry<T> extends Unit<T> {
  readonly attempt: number;
  readonly dueMs: number;
}

export function createBatcher<T>(options: BatcherOptions<T>): Batcher<T> {
  const { appendsMax, write, giveBack, onState, retryDelayMs, clock } = options;
  const lanes = createLanes<T>(options);
  let retries: Retry<T>[] = [];
  let underWay = 0;
  let retriesUnderWay = 0;
  let isAway = false;
  let draining: { readonly untilMs: number; readonly done: PromiseWithResolvers<void> } | null = null;
  let alarm: { readonly atMs: number; readonly stop: AbortController } | null = null;
  const givingBack = new Set<Promise<void>>();

  function pump(): void {
    const nowMs = clock.monotonicMs();
    if (draining && (isAway || nowMs >= draining.untilMs)) giveBackWaiting();
    while (underWay < (isAway ? 1 : appendsMax)) {
      const next = nextUnit(nowMs);
      if (next === null) break;
      void run(next);
    }
    if (draining && underWay === 0 && retries.length === 0 && lanes.size() === 0) draining.done.resolve();
    else wakeAt(nextWakeMs(nowMs), nowMs);
  }

  function nextUnit(nowMs: number): Retry<T> | null {
    const retry = retries.filter(({ dueMs }) => dueMs <= nowMs).toSorted((a, b) => a.dueMs - b.dueMs)[0];
    if (retry) {
      retries = retries.filter((other) => other !== retry);
      return retry;
    }
    const fresh = isAway ? null : lanes.take({ nowMs, beside: underWay > 0 && draining === null });
    return fresh && { ...fresh, attempt: 1, dueMs: nowMs };
  }

  async function run(unit: Retry<T>): Promise<void> {
    underWay += 1;
    if (unit.attempt > 1) retriesUnderWay += 1;
    const result = await write(unit.pending, unit.attempt);
    underWay -= 1;
    if (unit.attempt > 1) retriesUnderWay -= 1;
    settle(unit, result);
    onState({ isAway, isFailing: retries.length + retriesUnderWay > 0 });
    pump();
  }

  function settle(unit: Retry<T>, { left, isAway: nowAway }: WriteResult<T>): void {
    const nowMs = clock.monotonicMs();
    const stuck = [...new Set(left.map(({ lane }) => lane))];
    lanes.release(unit.lanes.filter((lane) => !stuck.includes(lane)));
    if (isAway && !nowAway) retries = retries.map((retry) => ({ ...retry, dueMs: nowMs })); // it is back: all at once
    isAway = nowAway;
    if (left.length === 0) return;
    const attempt = unit.attempt + 1;
    if (draining) {
      giveBackLanes(stuck, left);
    } else if (nowAway || stuck.length === 1) {
      retries.push({ lanes: stuck, pending: left, attempt, dueMs: nowMs + retryDelayMs(unit.attempt) });
    } else {
      for (const lane of stuck) {
        const own = left.filter((pending) => pending.lane === lane);
        retries.push({ lanes: [lane], pending: own, attempt, dueMs: nowMs });
      }
    }
  }

  function nextWakeMs(nowMs: number): number {
    const retryMs = Math.min(...retries.map(({ dueMs }) => dueMs));
    const freshMs = isAway || underWay === 0 ? Number.POSITIVE_INFINITY : lanes.dueAtMs();
    const startMs = underWay < (isAway ? 1 : appendsMax) ? Math.min(retryMs, freshMs) : Number.POSITIVE_INFINITY;
    return draining && nowMs < draining.untilMs ? Math.min(startMs, draining.untilMs) : startMs;
  }

  function wakeAt(atMs: number, nowMs: number): void {
    if (alarm !== null && alarm.atMs <= atMs) return; // it comes early, and then asks again
    alarm?.stop.abort();
    alarm = null;
    if (atMs === Number.POSITIVE_INFINITY) return;
    const own = { atMs, stop: new AbortController() };
    alarm = own;
    clock.sleep(Math.max(0, Math.ceil(atMs - nowMs)), own.stop.signal).then(
      () => {
        if (alarm === own) alarm = null;
        pump();
      },
      () => undefined,
    );
  }

  /** Of the lanes' messages those that a unit took first, then what waits behind them. */
  function giveBackLanes(ids: readonly number[], taken: readonly Pending<T>[]): void {
    const all = [...taken, ...lanes.withdraw(ids)];
    lanes.release(ids);
    if (all.length === 0) return;
    const giving = giveBack(all.map(({ message }) => message)).finally(() => givingBack.delete(giving));
    givingBack.add(giving);
  }

  function giveBackWaiting(): void {
    const waiting = retries;
    retries = [];
    for (const retry of waiting) giveBackLanes(retry.lanes, retry.pending);
    giveBackLanes(lanes.free(), []);
  }

  /** With nothing left to try, only something new can tell whether the log is back. */
  function forgetAway(): void {
    if (isAway) onState({ isAway: false, isFailing: false });
    isAway = false;
  }

  return {
    add(pending) {
      for (const one of pending) lanes.add(one);
      if (pending.length > 0) pump();
    },
    giveBackReceivedBefore(receivedMs) {
      const isOld = (retry: Retry<T>) => retry.pending.some(({ message }) => message.receivedAtMs < receivedMs);
      const old = retries.filter(isOld);
      retries = retries.filter((retry) => !old.includes(retry));
      for (const retry of old) giveBackLanes(retry.lanes, retry.pending);
      giveBackLanes(
        lanes.free().filter((lane) => lanes.receivedAtMs(lane) < receivedMs),
        [],
      );
      if (retries.length + underWay === 0) forgetAway();
      pump();
    },
    async drain(withinMs) {
      draining = { untilMs: clock.monotonicMs() + withinMs, done: Promise.withResolvers() };
      for (const retry of retries) giveBackLanes(retry.lanes, retry.pending);
      retries = [];
      pump();
      await draining.done.promise;
      draining = null;
      alarm?.stop.abort();
      alarm = null;
      await Promise.all(givingBack);
      forgetAway();
    },
  };
}
