/** Works through bulk re-sends, batch by batch; any number of workers do, each batch in one of them. */
import { type Clock, createLoop, type Health, type Logger, type Service } from '@northwind/service-kit';
import type { Kysely } from 'kysely';
import { POLL_MS } from '../limits.ts';
import type { DeliveryTables } from '../tables.ts';
import { runResendBatch } from './run-resend-batch.ts';

export interface ResendRunnerOptions {
  readonly db: Kysely<DeliveryTables>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly health?: Health;
  /** Called after a commit that put deliveries into the queue. */
  readonly onReleased: () => void;
}

const NAME = 'webhook resend jobs';

export function createResendRunner({ db, clock, logger, health, onReleased }: ResendRunnerOptions): Service {
  let pollMs: number = POLL_MS.last;
  return createLoop({
    name: NAME,
    clock,
    run: async (signal) => {
      const batch = await runResendBatch(db);
      health?.set(NAME, 'ok');
      if (batch !== null) {
        pollMs = POLL_MS.first;
        if (batch.released > 0) onReleased();
        if (batch.finished) logger.info({ event: 'resend_job.finished', jobId: batch.jobId }, 'bulk re-send finished');
        return;
      }
      await clock.sleep(pollMs, signal);
      pollMs = Math.min(pollMs * 2, POLL_MS.last);
    },
    onError: (error, failure) => {
      health?.set(NAME, 'failing', error instanceof Error ? error.message : String(error));
      logger.error({ event: 'resend_job.batch_failed', error, ...failure }, 'a batch failed; tried again');
    },
  });
}
