import type { Database } from '@northwind/service-kit';
import type { ReadTables } from '../tables.ts';
import { RebuildError } from './rebuild-error.ts';

/**
 * Rebuilds, promotes, rolls back or drops, one at a time on a database: the lock is the session's, so it goes with the
 * process, however that ends. Throws RebuildError when another has it.
 */
export async function oneAtATime<T>({ pool }: Database<ReadTables>, work: () => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ got: boolean }>(
      `select pg_try_advisory_lock(hashtext('northwind.rebuild')) as got`,
    );
    if (rows[0]?.got !== true) throw new RebuildError('another settle rebuild is at work on this database');
    try {
      return await work();
    } finally {
      await client.query(`select pg_advisory_unlock(hashtext('northwind.rebuild'))`);
    }
  } finally {
    client.release();
  }
}
