/**
 * Writes packages/<owner>/migrations.lock: the SHA-256 of each migration. It only grows: a migration that has been
 * released is never edited, removed, or preceded by a new one, because some database has run it already. With --check
 * it writes nothing and exits 1 when a file is not as locked, or not locked. The line of a migration that was never
 * released may be taken out by hand, to lock what became of it.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ledgerMigrations } from '@northwind/event-store';
import { readMigrations } from '@northwind/projector';
import { accessMigrations } from '@northwind/query-api';
import { reconcileMigrations } from '@northwind/reconcile';
import { listMigrationFiles } from '@northwind/service-kit';
import { deliveryMigrations } from '@northwind/webhooks';
import { compareToLock, type MigrationHash, parseLock, renderLock } from './migrations-lock.ts';

const SETS = {
  'event-store': ledgerMigrations,
  projector: readMigrations,
  webhooks: deliveryMigrations,
  'query-api': accessMigrations,
  reconcile: reconcileMigrations,
};
const isCheck = process.argv.includes('--check');

for (const [owner, set] of Object.entries(SETS)) {
  const lockFile = new URL(`../../${owner}/migrations.lock`, import.meta.url);
  const locked = existsSync(lockFile) ? parseLock(readFileSync(lockFile, 'utf8')) : [];
  const files: MigrationHash[] = (await listMigrationFiles(set)).map(({ name, path }) => ({
    name,
    sha256: createHash('sha256').update(readFileSync(path)).digest('hex'),
  }));
  const { problems, added } = compareToLock(locked, files);
  const missing = added.map(
    ({ name }) => `${name} is not locked; run: node packages/local/scripts/generate-migrations-lock.ts`,
  );
  for (const problem of isCheck ? [...problems, ...missing] : problems) {
    process.stderr.write(`packages/${owner}/migrations: ${problem}\n`);
    process.exitCode = 1;
  }
  if (!isCheck && problems.length === 0 && added.length > 0) writeFileSync(lockFile, renderLock([...locked, ...added]));
}
