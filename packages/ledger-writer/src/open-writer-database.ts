/** The writer's connections. */
import { type Database, type DatabaseOptions, openDatabase } from '@northwind/service-kit';

/**
 * A writer shares partitions with other writers, whose appends hold them for milliseconds. Who waits this long waits
 * for something else, and must not keep the rest of its unit waiting: the batcher then tries each partition by itself.
 */
const LOCK_TIMEOUT_MS = 2_000;

export function openWriterDatabase<DB>(options: Omit<DatabaseOptions, 'applicationName'>): Database<DB> {
  const database = openDatabase<DB>({ ...options, applicationName: 'settlement-writer' });
  // It goes out before whatever the connection was opened for. A connection that fails here fails that, too.
  const setLimit = `set lock_timeout = ${LOCK_TIMEOUT_MS}`;
  database.pool.on('connect', (client) => void client.query(setLimit).catch(() => undefined));
  return database;
}
