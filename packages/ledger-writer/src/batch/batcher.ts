/**
 * Hands what has arrived on to be written: several units beside each other, each with lanes of its own.
 *
 * When nothing is being written, what arrives is written at once. While a unit is being written, what arrives waits for
 * its end and then goes as one unit. A further unit is begun beside it when it would be full, or when its first message
 * has waited `flushMs` (the one under way waits for a lock, perhaps). When the queue is known to hold more, the first
 * unit waits for company like any other: its messages have waited in the queue anyway, and large units cost less.
 *
 * A unit that fails keeps its lanes and is written again. If the log is away, everything waits and one unit tries. If
 * it answered, the fault may be one lane's: each lane of the unit is then tried by itself, while other lanes go on.
 */
import type { Clock } from '@northwind/service-kit';
import type { HeldMessage } from '../queue/held-message.ts';
import { createLanes, type Lanes, type LanesOptions, type Pending } from './lanes.ts';
import { type Attempt, createRetries } from './retries.ts';
import { createWakeUp, type WakeUp } from './wake-up.ts';

export interface WriteResult<T> {
  /** What is not committed, in order; nothing when all is well. */
  readonly left: readonly Pending<T>[];
  /** The log could not be reached: no other unit would fare better. */
  readonly isAway: boolean;
}

export interface BatcherOptions<T> extends LanesOptions {
  /** Units written at the same time at most. */
  readonly appendsMax: number;
  /** Whether the queue holds more than is taken away. */
  readonly hasBacklog: () => boolean;
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

export function createBatcher<T>(options: BatcherOptions<T>): Batcher<T> {
  return new UnitBatcher(options);
}

class UnitBatcher<T> implements Batcher<T> {
  readonly #options: BatcherOptions<T>;
  readonly #lanes: Lanes<T>;
  readonly #retries = createRetries<T>();
  readonly #wakeUp: WakeUp;
  readonly #givingBack = new Set<Promise<void>>();
  #underWay = 0;
  #retriesUnderWay = 0;
  #isAway = false;
  #draining: { readonly untilMs: number; readonly done: PromiseWithResolvers<void> } | null = null;

  constructor(options: BatcherOptions<T>) {
    this.#options = options;
    this.#lanes = createLanes<T>(options);
    this.#wakeUp = createWakeUp(options.clock, () => this.#pump());
  }

  add(pending: readonly Pending<T>[]): void {
    for (const one of pending) this.#lanes.add(one);
    if (pending.length > 0) this.#pump();
  }

  giveBackReceivedBefore(receivedMs: number): void {
    const isOld = ({ message }: Pending<T>) => message.receivedAtMs < receivedMs;
    for (const retry of this.#retries.remove(isOld)) this.#giveBack(retry.lanes, retry.pending);
    this.#giveBack(this.#lanes.free().filter((lane) => this.#lanes.receivedAtMs(lane) < receivedMs));
    if (this.#retries.size() + this.#underWay === 0) this.#forgetAway();
    this.#pump();
  }

  async drain(withinMs: number): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#draining = { untilMs: this.#options.clock.monotonicMs() + withinMs, done };
    this.#giveBackRetries();
    this.#pump();
    await done.promise;
    this.#draining = null;
    this.#wakeUp.cancel();
    await Promise.all(this.#givingBack);
    this.#forgetAway();
  }

  #pump(): void {
    const nowMs = this.#options.clock.monotonicMs();
    if (this.#draining && (this.#isAway || nowMs >= this.#draining.untilMs)) {
      this.#giveBackRetries();
      this.#giveBack(this.#lanes.free());
    }
    while (this.#underWay < this.#underWayMax()) {
      const next = this.#next(nowMs);
      if (next === null) break;
      void this.#run(next);
    }
    const isEmpty = this.#underWay + this.#retries.size() + this.#lanes.size() === 0;
    if (this.#draining && isEmpty) this.#draining.done.resolve();
    else this.#wakeUp.at(this.#nextWakeMs(nowMs));
  }

  #underWayMax(): number {
    return this.#isAway ? 1 : this.#options.appendsMax;
  }

  #next(nowMs: number): Attempt<T> | null {
    const retry = this.#retries.takeDue(nowMs);
    if (retry !== null || this.#isAway) return retry;
    const waits = this.#draining === null && (this.#underWay > 0 || this.#options.hasBacklog());
    const unit = this.#lanes.take({ nowMs, waits });
    return unit && { ...unit, attempt: 1, dueMs: nowMs };
  }

  #nextWakeMs(nowMs: number): number {
    let wakeMs = Number.POSITIVE_INFINITY;
    if (this.#underWay < this.#underWayMax()) {
      wakeMs = Math.min(this.#retries.nextDueMs(), this.#isAway ? wakeMs : this.#lanes.dueAtMs());
    }
    return this.#draining && nowMs < this.#draining.untilMs ? Math.min(wakeMs, this.#draining.untilMs) : wakeMs;
  }

  async #run(unit: Attempt<T>): Promise<void> {
    const isRetry = unit.attempt > 1 ? 1 : 0;
    this.#underWay += 1;
    this.#retriesUnderWay += isRetry;
    const result = await this.#options.write(unit.pending, unit.attempt);
    this.#underWay -= 1;
    this.#retriesUnderWay -= isRetry;
    this.#settle(unit, result);
    this.#options.onState({ isAway: this.#isAway, isFailing: this.#retries.size() + this.#retriesUnderWay > 0 });
    this.#pump();
  }

  #settle(unit: Attempt<T>, { left, isAway }: WriteResult<T>): void {
    const nowMs = this.#options.clock.monotonicMs();
    if (this.#isAway && !isAway) this.#retries.hurry(nowMs);
    this.#isAway = isAway;
    const stuck = [...new Set(left.map(({ lane }) => lane))];
    this.#lanes.release(unit.lanes.filter((lane) => !stuck.includes(lane)));
    if (left.length === 0) return;
    const attempt = unit.attempt + 1;
    if (this.#draining) {
      this.#giveBack(stuck, left);
    } else if (isAway || stuck.length === 1) {
      const dueMs = nowMs + this.#options.retryDelayMs(unit.attempt);
      this.#retries.add({ lanes: stuck, pending: left, attempt, dueMs });
    } else {
      for (const lane of stuck) {
        this.#retries.add({ lanes: [lane], pending: left.filter((p) => p.lane === lane), attempt, dueMs: nowMs });
      }
    }
  }

  /** What a unit took of these lanes, then what waits behind it. */
  #giveBack(lanes: readonly number[], taken: readonly Pending<T>[] = []): void {
    const messages = [...taken, ...this.#lanes.withdraw(lanes)].map(({ message }) => message);
    this.#lanes.release(lanes);
    if (messages.length === 0) return;
    const giving = this.#options.giveBack(messages).finally(() => this.#givingBack.delete(giving));
    this.#givingBack.add(giving);
  }

  #giveBackRetries(): void {
    for (const retry of this.#retries.remove(() => true)) this.#giveBack(retry.lanes, retry.pending);
  }

  /** With nothing left to try, only something new can tell whether the log is back. */
  #forgetAway(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#options.onState({ isAway: false, isFailing: false });
  }
}
