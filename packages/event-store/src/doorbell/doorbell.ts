/**
 * A doorbell tells waiting processes that there may be something new. It carries no news and nobody relies on it:
 * NOTIFY is sent outside the transactions that do the work (inside, it takes a lock for the whole server at commit),
 * and while one is on its way further rings join the next.
 */
import type { Logger } from '@northwind/service-kit';
import type pg from 'pg';

export const DOORBELL_LEDGER = 'ledger_appended';
export const DOORBELL_READ = 'read_advanced';
export const DOORBELL_DELIVERIES = 'deliveries_planned';

export interface Doorbell {
  /** Returns at once and never throws. */
  ring(): void;
  /** Resolves when no ring is on its way. */
  close(): Promise<void>;
}

export interface DoorbellOptions {
  readonly database: { readonly pool: pg.Pool };
  readonly channel: string;
  /** Who rings, told to those who listen: who wakes itself need not be woken by its own ring. */
  readonly ringer?: string;
  readonly logger: Logger;
}

export function createDoorbell({ database, channel, ringer = '', logger }: DoorbellOptions): Doorbell {
  let sending: Promise<void> | undefined;
  let again = false;

  async function send(): Promise<void> {
    do {
      again = false;
      try {
        await database.pool.query('select pg_notify($1, $2)', [channel, ringer]);
      } catch (err) {
        logger.debug({ event: 'doorbell.failed', channel, err }, 'doorbell not heard; polling will do');
      }
    } while (again);
    sending = undefined;
  }

  return {
    ring() {
      again = true;
      sending ??= send();
    },
    async close() {
      await sending;
    },
  };
}
