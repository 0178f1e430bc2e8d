import { type Clock, createLoop, type Logger, type Service } from '@northwind/service-kit';
import type { Kysely } from 'kysely';
import { ANNOUNCE_RETRY_MS, POLL_MS } from '../limits.ts';
import type { DeliveryTables } from '../tables.ts';
import { announceDeadLetters } from './announce-dead-letters.ts';
import type { DeadLetterQueue } from './dead-letter-queue.ts';

export interface AnnouncerOptions {
  readonly db: Kysely<DeliveryTables>;
  readonly queue: Pick<DeadLetterQueue, 'send'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Empties the outbox of dead letters. SQS being away is logged and waited for; deliveries go on meanwhile. */
export function createAnnouncer({ db, queue, clock, logger }: AnnouncerOptions): Service {
  return createLoop({
    name: 'webhook dead letters',
    clock,
    run: async (signal) => {
      const told = await announceDeadLetters(db, queue);
      if (told === 0) await clock.sleep(POLL_MS.last, signal);
    },
    retryDelayMs: () => ANNOUNCE_RETRY_MS,
    onError: (error, failure) =>
      logger.warn({ event: 'dead_letters.not_announced', error, ...failure }, 'dead letters wait for SQS'),
  });
}
