/**
 * Holds requests back until the active generation has applied an event.
 *
 * However many wait on this node, its position is read once for all of them: when the doorbell of the read models rings
 * and, as a ring may get lost, every POLL_MS. While nobody waits, nothing is read.
 */
import type { Coordinate } from '@northwind/event-store';
import type { ReadPosition } from '@northwind/projector';
import { type Clock, createLoop, type Logger, type Service } from '@northwind/service-kit';
import { Problem } from '../http/problems.ts';

/** Waiting costs a socket and some hundred bytes; past this many something else is wrong. Per node. */
export const WAITERS_MAX = 1_000;
/** So that one merchant's program, waiting for what never comes, leaves room for the others. Per node. */
export const WAITERS_PER_MERCHANT_MAX = 50;
const POLL_MS = 250;
/** Whoever comes wakes the gate, so this says nothing but how often a sleeper turns over. */
const IDLE_MS = 60_000;

export interface AppliedGateOptions {
  readonly readPosition: () => Promise<ReadPosition>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Wait {
  readonly merchantId: string;
  readonly at: Coordinate;
  readonly waitMs: number;
  /** Aborts when the caller is gone. */
  readonly gone: AbortSignal;
}

export interface AppliedGate extends Service {
  /** There may be something new. Returns at once. */
  ring(): void;
  /**
   * Resolves when the event is applied, and also when it is not: the time is up, the caller is gone, or the gate was
   * stopped. Throws the problem `too_many_waiting`; rejects when the position can't be read.
   */
  wait(wait: Wait): Promise<void>;
}

export function createAppliedGate(options: AppliedGateOptions): AppliedGate {
  const gate = new Gate(options);
  const { clock, logger } = options;
  const loop = createLoop({
    name: 'applied gate',
    run: (signal) => gate.run(signal),
    clock,
    onError: (error, { attempt, delayMs }) =>
      logger.warn({ event: 'gate.read_failed', attempt, delayMs, error }, 'the read model’s position can’t be read'),
  });
  return {
    name: loop.name,
    start: async () => {
      gate.open();
      await loop.start();
    },
    stop: async () => {
      gate.close();
      await loop.stop();
    },
    ring: () => gate.ring(),
    wait: (wait) => gate.wait(wait),
  };
}

interface Waiter {
  readonly merchantId: string;
  readonly at: Coordinate;
  readonly applied: PromiseWithResolvers<void>;
}

class Gate {
  readonly #options: AppliedGateOptions;
  readonly #waiters = new Set<Waiter>();
  #isOpen = false;
  #rung = false;
  #wake = new AbortController();

  constructor(options: AppliedGateOptions) {
    this.#options = options;
  }

  open(): void {
    this.#isOpen = true;
  }

  close(): void {
    this.#isOpen = false;
    for (const { applied } of this.#waiters) applied.resolve();
  }

  ring(): void {
    if (this.#waiters.size === 0) return;
    this.#rung = true;
    this.#wake.abort();
  }

  async wait({ merchantId, at, waitMs, gone }: Wait): Promise<void> {
    if (!this.#isOpen) return;
    this.#admit(merchantId);
    const waiter: Waiter = { merchantId, at, applied: Promise.withResolvers() };
    this.#waiters.add(waiter);
    const done = new AbortController();
    try {
      this.ring();
      const patience = this.#options.clock.sleep(waitMs, AbortSignal.any([gone, done.signal]));
      await Promise.race([waiter.applied.promise, patience.catch(() => undefined)]);
    } finally {
      this.#waiters.delete(waiter);
      done.abort();
    }
  }

  /** Rests until there is a reason to look, then looks once for everybody. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#rest(signal);
    this.#rung = false;
    if (signal.aborted || this.#waiters.size === 0) return;
    try {
      const { offsets } = await this.#options.readPosition();
      for (const { at, applied } of this.#waiters) {
        if ((offsets.get(at.partition) ?? -1n) >= at.offset) applied.resolve();
      }
    } catch (error) {
      for (const { applied } of this.#waiters) applied.reject(error);
      throw error;
    }
  }

  async #rest(signal: AbortSignal): Promise<void> {
    if (this.#rung) return;
    this.#wake = new AbortController();
    const restMs = this.#waiters.size > 0 ? POLL_MS : IDLE_MS;
    await this.#options.clock.sleep(restMs, AbortSignal.any([signal, this.#wake.signal])).catch(() => undefined);
  }

  #admit(merchantId: string): void {
    const ofMerchant = [...this.#waiters].filter((waiter) => waiter.merchantId === merchantId).length;
    if (this.#waiters.size < WAITERS_MAX && ofMerchant < WAITERS_PER_MERCHANT_MAX) return;
    throw new Problem('too_many_waiting', 'Too many requests wait already. Ask without minOffset, or a little later.');
  }
}
