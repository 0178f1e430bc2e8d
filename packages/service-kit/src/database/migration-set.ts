import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The migrations of one schema: a folder of `.sql` files, applied in the order of their names. */
export interface MigrationSet {
  readonly schema: string;
  /** An absolute path or a file: URL, so `new URL('./migrations/', import.meta.url)` will do. */
  readonly folder: string | URL;
}

export const MIGRATION_TABLE = 'migrations';

export interface MigrationFile {
  /** The file's name without `.sql`. */
  readonly name: string;
  readonly path: string;
}

export async function listMigrationFiles({ folder }: MigrationSet): Promise<MigrationFile[]> {
  const path = folder instanceof URL || folder.startsWith('file:') ? fileURLToPath(folder) : folder;
  const names = (await readdir(path)).filter((name) => name.endsWith('.sql')).sort();
  return names.map((name) => ({ name: name.slice(0, -'.sql'.length), path: join(path, name) }));
}
