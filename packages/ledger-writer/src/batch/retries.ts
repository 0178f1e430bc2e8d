/** Units that failed and wait to be written again, each with its lanes still held. */
import type { Pending, Unit } from './lanes.ts';

export interface Attempt<T> extends Unit<T> {
  /** From 1. */
  readonly attempt: number;
  readonly dueMs: number;
}

export interface Retries<T> {
  add(attempt: Attempt<T>): void;
  /** The one that is due for longest. */
  takeDue(nowMs: number): Attempt<T> | null;
  /** Takes out those with a message that passes. */
  remove(matches: (pending: Pending<T>) => boolean): Attempt<T>[];
  /** All are due now. */
  hurry(nowMs: number): void;
  /** Infinity when there is none. */
  nextDueMs(): number;
  size(): number;
}

export function createRetries<T>(): Retries<T> {
  let waiting: Attempt<T>[] = [];
  return {
    add: (attempt) => void waiting.push(attempt),
    takeDue(nowMs) {
      const [due] = waiting.filter(({ dueMs }) => dueMs <= nowMs).toSorted((a, b) => a.dueMs - b.dueMs);
      if (due === undefined) return null;
      waiting = waiting.filter((attempt) => attempt !== due);
      return due;
    },
    remove(matches) {
      const removed = waiting.filter((attempt) => attempt.pending.some(matches));
      waiting = waiting.filter((attempt) => !removed.includes(attempt));
      return removed;
    },
    hurry(nowMs) {
      waiting = waiting.map((attempt) => ({ ...attempt, dueMs: nowMs }));
    },
    nextDueMs: () => Math.min(...waiting.map(({ dueMs }) => dueMs)),
    size: () => waiting.length,
  };
}
