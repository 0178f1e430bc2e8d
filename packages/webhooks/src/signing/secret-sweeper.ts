/** Takes away secrets whose overlap has ended. They sign nothing any more; this is so that nobody can steal them. */
import { type Clock, createLoop, type Logger, type Service } from '@northwind/service-kit';
import { type Kysely, sql } from 'kysely';
import { SECRET_BATCH_MAX, SECRET_SWEEP_PAUSE_MS } from '../limits.ts';
import type { DeliveryTables } from '../tables.ts';

export interface SecretSweeperOptions {
  readonly db: Kysely<DeliveryTables>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createSecretSweeper({ db, clock, logger }: SecretSweeperOptions): Service {
  return createLoop({
    name: 'secret sweeper',
    run: async () => {
      const secrets = await deleteExpiredSecrets(db);
      if (secrets > 0) logger.info({ event: 'secrets.expired', secrets }, 'secrets deleted after their overlap');
    },
    pauseMs: SECRET_SWEEP_PAUSE_MS,
    clock,
    onError: (error, { attempt }) =>
      logger.warn({ event: 'secrets.sweep_failed', attempt, error }, 'expired secrets stay for now; they sign nothing'),
  });
}

/** Returns how many were deleted: at most SECRET_BATCH_MAX, the longest expired first. */
export async function deleteExpiredSecrets(db: Kysely<DeliveryTables>): Promise<number> {
  const { rows } = await sql<{ deleted: bigint }>`
    select delivery.delete_expired_secrets(${SECRET_BATCH_MAX}::int4) as deleted`.execute(db);
  return Number(rows[0]?.deleted ?? 0);
}
