/** Writes a unit, says how it went, and hands on what is committed. */
import type { EventLog } from '@northwind/event-store';
import { type Clock, type Health, isTransientDatabaseError, type Logger } from '@northwind/service-kit';
import type { HeldMessage } from '../queue/held-message.ts';
import type { WriteResult } from './batcher.ts';
import type { Content } from './judge-message.ts';
import type { Pending } from './lanes.ts';
import { type BatchCounts, recordUnit } from './record-unit.ts';

export interface UnitWriterOptions {
  readonly log: EventLog;
  /** Told of messages whose outcome is committed. */
  readonly onCommitted: (messages: readonly HeldMessage[]) => void;
  readonly onBatch?: ((counts: BatchCounts, seconds: number) => void) | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly health: Health;
}

export type UnitWriter = (pending: readonly Pending<Content>[], attempt: number) => Promise<WriteResult<Content>>;

/** Passing, but answers of a log that is there: somebody else holds a lock. */
const CONTENTION_CODES: ReadonlySet<unknown> = new Set([
  '40001', // serialization failure
  '40P01', // deadlock
  '55P03', // lock not available
  '57014', // cancelled: statement timeout
]);

export function createUnitWriter(options: UnitWriterOptions): UnitWriter {
  const { log, onCommitted, onBatch, clock, logger, health } = options;
  return async (pending, attempt) => {
    let startedMs = clock.monotonicMs();
    const { left, error } = await recordUnit(log, pending, (messages, counts) => {
      const ms = clock.monotonicMs() - startedMs;
      startedMs += ms;
      onCommitted(messages);
      onBatch?.(counts, ms / 1000);
      const level = counts.conflict + counts.rejected > 0 ? 'warn' : 'debug';
      logger[level]({ event: 'batch.recorded', ...counts, ms: Math.round(ms) }, 'batch recorded');
    });
    if (left.length === 0) return { left, isAway: false };
    const isAway = isTransientDatabaseError(error) && !CONTENTION_CODES.has((error as { code?: unknown }).code);
    health.set('log', 'failing', error instanceof Error ? error.message : String(error));
    const event = { event: 'batch.failed', messages: left.length, attempt, isAway, err: error };
    logger.error(event, 'kept, trying again');
    return { left, isAway };
  };
}
