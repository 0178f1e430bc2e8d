import { type Clock, createLoop, type Logger, type Service } from '@northwind/service-kit';
import { EXPIRE_PAUSE_MS } from '../limits.ts';
import type { ExpireOutcome } from './expire-receipts.ts';

export interface ReceiptExpiryOptions {
  /** One batch, from a delivery on. */
  readonly expire: (from: string | undefined) => Promise<ExpireOutcome>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Removes receipts whose retention is over, from time to time; one worker does it, the others find it busy. */
export function createReceiptExpiry({ expire, clock, logger }: ReceiptExpiryOptions): Service {
  return createLoop({
    name: 'receipt expiry',
    clock,
    pauseMs: EXPIRE_PAUSE_MS,
    run: async (signal) => {
      let receipts = 0;
      let next: string | undefined;
      do {
        const batch = await expire(next);
        if (batch.kind === 'busy') break;
        receipts += batch.receipts;
        next = batch.next ?? undefined;
      } while (next !== undefined && !signal.aborted);
      if (receipts > 0) logger.info({ event: 'receipts.expired', receipts }, 'receipts removed, retention over');
    },
    onError: (error) => logger.warn({ event: 'receipts.not_expired', error }, 'receipts not removed; tried again'),
  });
}
