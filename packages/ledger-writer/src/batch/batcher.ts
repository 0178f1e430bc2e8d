/**
 * Collects messages into batches and hands them on one batch at a time, in arrival order. While one batch is being
 * written the next one grows, so batches are small when it is quiet and large when it is busy.
 */
import type { Clock } from '@northwind/service-kit';
import type { HeldMessage } from '../queue/held-message.ts';

export interface Batcher {
  add(messages: readonly HeldMessage[]): void;
  /** Resolves when everything added has been handed on and `write` has returned. */
  drain(): Promise<void>;
}

export interface BatcherOptions {
  readonly batchSizeMax: number;
  /** How long the first message of a batch waits for company. */
  readonly flushMs: number;
  readonly clock: Clock;
  /** Must not throw. */
  readonly write: (batch: readonly HeldMessage[]) => Promise<void>;
}

export function createBatcher({ batchSizeMax, flushMs, clock, write }: BatcherOptions): Batcher {
  let pending: HeldMessage[] = [];
  let pumping: Promise<void> | undefined;
  let full = new AbortController();

  async function pump(): Promise<void> {
    while (pending.length > 0) {
      if (pending.length < batchSizeMax) await clock.sleep(flushMs, full.signal).catch(() => undefined);
      full = new AbortController();
      const batch = pending.slice(0, batchSizeMax);
      pending = pending.slice(batchSizeMax);
      await write(batch);
    }
    pumping = undefined;
  }

  return {
    add(messages) {
      if (messages.length === 0) return;
      pending.push(...messages);
      if (pending.length >= batchSizeMax) full.abort();
      pumping ??= pump();
    },
    async drain() {
      full.abort();
      await pumping;
    },
  };
}
