import type pg from 'pg';
import { StartupError } from '../startup-error.ts';
import { listMigrationFiles, MIGRATION_TABLE, type MigrationSet } from './migration-set.ts';

const UNDEFINED_TABLE = '42P01';

/**
 * Throws StartupError when the database lacks a migration that this code needs. A database that is further on is fine:
 * it happens in every rolling deployment.
 */
export async function assertMigrated(pool: pg.Pool, sets: readonly MigrationSet[]): Promise<void> {
  const missing: string[] = [];
  for (const set of sets) {
    const applied = await readApplied(pool, set);
    const files = await listMigrationFiles(set);
    missing.push(...files.filter(({ name }) => !applied.has(name)).map(({ name }) => `${set.schema}/${name}`));
  }
  const [first] = missing;
  if (first === undefined) return;
  throw new StartupError(`the database is not migrated: ${missing.length} missing, first ${first}`, {
    hint: 'run: settle migrate',
  });
}

async function readApplied(pool: pg.Pool, { schema }: MigrationSet): Promise<ReadonlySet<string>> {
  try {
    const table = `"${schema.replaceAll('"', '""')}"."${MIGRATION_TABLE}"`;
    const { rows } = await pool.query<{ name: string }>(`SELECT name FROM ${table}`);
    return new Set(rows.map(({ name }) => name));
  } catch (error) {
    if ((error as { code?: unknown }).code === UNDEFINED_TABLE) return new Set();
    throw error;
  }
}
