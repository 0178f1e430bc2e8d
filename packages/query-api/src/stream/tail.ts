/**
 * Follows the read model for all sockets of this node at once.
 *
 * A tick asks once for what changed since the last tick, for every merchant that has a socket here, and hands it to the
 * bus. Ticks never overlap. A doorbell starts the next one early; polling starts it anyway, soon after something
 * changed and more rarely when nothing does, so a doorbell that is never heard costs time and loses nothing. While no
 * merchant has a socket here, nothing is asked.
 *
 * A socket that wants to follow first subscribes to the bus, then waits for `settled()`, then reads its first answer.
 * The tick it waited for began after it subscribed, so whatever later ticks leave out is in that answer: no gap. What
 * both contain it recognises by the offset: no double.
 */
import type { ReadPosition } from '@northwind/projector';
import { type Clock, createLoop, type Logger, type Service } from '@northwind/service-kit';
import type { StreamBus, StreamEvent } from './bus.ts';

export interface TickChanges {
  readonly position: ReadPosition;
  /** Per merchant with changes, what to publish. */
  readonly events: ReadonlyMap<string, StreamEvent>;
}

export interface TailReader {
  readPosition(): Promise<ReadPosition>;
  /** What changed for these merchants after `from`, in one snapshot with the position it is as of. */
  readTick(merchantIds: readonly string[], from: ReadPosition): Promise<TickChanges>;
}

export interface TailOptions {
  readonly reader: TailReader;
  readonly bus: StreamBus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onTick?: (tick: { readonly ok: boolean; readonly durationMs: number }) => void;
}

export interface Tail extends Service {
  /** There may be something new. Returns at once. */
  ring(): void;
  /** Resolves after a tick that began after this call; rejects when that tick fails. */
  settled(): Promise<void>;
}

const POLL_MIN_MS = 25;
const POLL_MAX_MS = 1_000;

export function createTail(options: TailOptions): Tail {
  const follower = new Follower(options);
  const { clock, logger } = options;
  const loop = createLoop({
    name: 'stream tail',
    run: (signal) => follower.run(signal),
    clock,
    onError: (error, { attempt, delayMs }) =>
      logger.warn({ event: 'stream.tail_failed', attempt, delayMs, error }, 'the read model can’t be followed for now'),
  });
  return {
    name: loop.name,
    start: () => loop.start(),
    stop: async () => {
      await loop.stop();
      follower.giveUp(new Error('the stream tail was stopped'));
    },
    ring: () => follower.ring(),
    settled: () => follower.settled(),
  };
}

class Follower {
  readonly #options: TailOptions;
  #position: ReadPosition | null = null;
  #pollMs = POLL_MAX_MS;
  #rung = false;
  #wake: AbortController | null = null;
  #waiting: PromiseWithResolvers<void>[] = [];

  constructor(options: TailOptions) {
    this.#options = options;
  }

  readonly ring = (): void => {
    this.#rung = true;
    this.#wake?.abort();
  };

  settled(): Promise<void> {
    const waiter = Promise.withResolvers<void>();
    this.#waiting.push(waiter);
    this.ring();
    return waiter.promise;
  }

  giveUp(error: unknown): void {
    for (const waiter of this.#waiting) waiter.reject(error);
    this.#waiting = [];
  }

  /** Waits for a ring or the time to poll, then ticks. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#waitForWork(signal);
    if (signal.aborted) return;
    this.#rung = false;
    const served = this.#waiting;
    this.#waiting = [];
    const { clock, onTick } = this.#options;
    const startedMs = clock.monotonicMs();
    try {
      await this.#tick();
      for (const waiter of served) waiter.resolve();
      onTick?.({ ok: true, durationMs: clock.monotonicMs() - startedMs });
    } catch (error) {
      for (const waiter of served) waiter.reject(error);
      onTick?.({ ok: false, durationMs: clock.monotonicMs() - startedMs });
      throw error;
    }
  }

  async #waitForWork(signal: AbortSignal): Promise<void> {
    if (this.#rung || signal.aborted) return;
    this.#wake = new AbortController();
    signal.addEventListener('abort', this.ring, { once: true });
    await this.#options.clock.sleep(this.#pollMs, this.#wake.signal).catch(() => undefined);
    signal.removeEventListener('abort', this.ring);
    this.#wake = null;
  }

  async #tick(): Promise<void> {
    const { reader, bus } = this.#options;
    const merchantIds = bus.merchants();
    if (merchantIds.length === 0) {
      this.#position = null;
      this.#pollMs = POLL_MAX_MS;
      return;
    }
    const from = this.#position;
    if (from === null) {
      this.#position = await reader.readPosition();
      return;
    }
    const { position, events } = await reader.readTick(merchantIds, from);
    this.#position = position;
    if (position.epoch !== from.epoch) {
      this.#tellNewEpoch(from.epoch, position.epoch);
      return;
    }
    for (const [merchantId, event] of events) bus.publish(merchantId, event);
    this.#pollMs = events.size > 0 ? POLL_MIN_MS : Math.min(this.#pollMs * 2, POLL_MAX_MS);
  }

  #tellNewEpoch(from: string, epoch: string): void {
    const { bus, logger } = this.#options;
    logger.info({ event: 'stream.epoch_changed', from, to: epoch }, 'another read model took over');
    // Whoever subscribed while the tick was under way is told too.
    for (const merchantId of bus.merchants()) bus.publish(merchantId, { kind: 'epoch_changed', epoch });
  }
}
