import { type Database, openDatabase } from '@northwind/service-kit';
import { findDatabaseUrl, findSchemas, type Surroundings } from './find-stack.ts';

/** Opens the database for one piece of work and closes it again. */
export async function withDatabase<Tables, Result>(
  surroundings: Surroundings,
  work: (db: Database<Tables>['db']) => Promise<Result>,
): Promise<Result> {
  const database = openDatabase<Tables>({
    url: findDatabaseUrl(surroundings),
    applicationName: 'settle',
    connectionsMax: 2,
    schemas: findSchemas(surroundings),
  });
  try {
    return await work(database.db);
  } finally {
    await database.close();
  }
}
