import { join } from 'node:path';
import type { Clock } from '@northwind/service-kit';
import { initialiseCluster, isInitialised } from '../postgres/initialise-cluster.ts';
import type { PostgresPlace } from '../postgres/place-postgres.ts';
import { databaseUrl, ensureDatabase } from '../postgres/start-postgres.ts';
import { makeKeys, makeLogins, migrateAll } from './prepare-database.ts';
import type { StackFolder } from './stack-folder.ts';
import type { StackEvent } from './stack-options.ts';
import type { StackRecord } from './stack-record.ts';
import type { SupervisedChild } from './supervise-child.ts';
import { supervisePostgres } from './supervise-postgres.ts';

export interface StartDatabaseOptions {
  readonly folder: StackFolder;
  readonly place: PostgresPlace;
  readonly port: number;
  readonly record: StackRecord;
  readonly clock: Clock;
  readonly onEvent: (event: StackEvent) => void;
  /** Given the process before it starts: from then on it has to be stopped. */
  readonly onChild: (child: SupervisedChild) => void;
}

/** PostgreSQL with the system's schemas and keys in it. Returns its port. */
export async function startDatabase(options: StartDatabaseOptions): Promise<number> {
  const { folder, place, record, clock, onEvent } = options;
  const { password } = record.read().postgres;
  if (!isInitialised(place)) {
    onEvent({ kind: 'step', message: 'making a new database (the first time only)' });
    record.update({ keys: null, receiver: null }); // they were rows of a database that is gone
    await initialiseCluster(place, password);
  }
  onEvent({ kind: 'step', message: 'starting PostgreSQL and SQS' });
  const postgres = supervisePostgres({
    place,
    port: options.port,
    password,
    logFile: join(folder.logs, 'postgres.log'),
    clock,
    onEvent,
  });
  options.onChild(postgres);
  await postgres.start();
  await ensureDatabase(postgres.port, password);
  const url = databaseUrl(postgres.port, password);
  const applied = await migrateAll(url);
  if (applied.length > 0) onEvent({ kind: 'step', message: `applied ${applied.length} migrations` });
  await makeLogins(url, password);
  if (record.read().keys === null) record.update({ keys: await makeKeys(url) });
  return postgres.port;
}
