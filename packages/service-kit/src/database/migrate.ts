import { readFile } from 'node:fs/promises';
import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { StartupError } from '../startup-error.ts';
import { listMigrationFiles, MIGRATION_TABLE, type MigrationSet } from './migration-set.ts';
import { openDatabase } from './open-database.ts';
import type { SchemaNames } from './rename-schemas.ts';

export interface MigrateOptions {
  /** What this database calls the schemas, where it is something else: `{ ledger: 'ledger_eu' }`. */
  readonly schemas?: SchemaNames;
}

export interface AppliedMigration {
  readonly schema: string;
  readonly name: string;
}

// A migration takes as long as it takes.
const NO_LIMITS = { statementMs: 0, idleInTransactionMs: 0 };

/**
 * Brings the database up to the sets, in their order, and returns what was new. A set's pending files are applied in
 * one transaction: all or none. What was applied is recorded in `<schema>.migrations`. Processes that do this at the
 * same time take turns: the Migrator holds a lock of the database while it works.
 */
export async function migrate(
  url: string,
  sets: readonly MigrationSet[],
  { schemas = {} }: MigrateOptions = {},
): Promise<AppliedMigration[]> {
  await using database = openDatabase<unknown>({
    url,
    applicationName: 'migrate',
    connectionsMax: 1,
    limits: NO_LIMITS,
    schemas,
  });
  const applied: AppliedMigration[] = [];
  for (const set of sets) applied.push(...(await migrateSet(database.db, set, schemas)));
  return applied;
}

async function migrateSet(db: Kysely<unknown>, set: MigrationSet, schemas: SchemaNames): Promise<AppliedMigration[]> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => readMigrations(set) },
    // The Migrator looks for its table by name among all tables, so it has to know the real one.
    migrationTableSchema: schemas[set.schema] ?? set.schema,
    migrationTableName: MIGRATION_TABLE,
    migrationLockTableName: `${MIGRATION_TABLE}_lock`,
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  const failed = results.find(({ status }) => status === 'Error');
  if (failed) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartupError(`migration ${set.schema}/${failed.migrationName} failed: ${why}`, {
      hint: 'nothing of this schema was changed; correct the cause and run it again',
      cause: error,
    });
  }
  if (error !== undefined) throw error;
  return results.map(({ migrationName }) => ({ schema: set.schema, name: migrationName }));
}

async function readMigrations(set: MigrationSet): Promise<Record<string, Migration>> {
  const migrations: Record<string, Migration> = {};
  for (const { name, path } of await listMigrationFiles(set)) {
    const text = await readFile(path, 'utf8');
    migrations[name] = {
      up: async (db) => {
        await sql.raw(text).execute(db);
      },
    };
  }
  return migrations;
}
