import { cpSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { findPostgresBinaries, type PostgresBinaries } from './find-postgres-binaries.ts';
import { findClosedFolder, findPostgresAccount, type PostgresAccount } from './postgres-account.ts';

/** Where PostgreSQL's binaries and data are and who runs it. */
export interface PostgresPlace {
  readonly account: PostgresAccount | null;
  readonly binariesFolder: string;
  readonly dataFolder: string;
  /** Present when root's folder is closed to the account and the data had to go elsewhere. */
  readonly notice: string | null;
}

export interface PlaceOptions {
  /** The stack's folder. */
  readonly folder: string;
  /** Names this stack among others of this machine. */
  readonly stackId: string;
}

/**
 * Where things go that root may write and the account postgres may read, when the project's own folder isn't such a
 * place.
 */
const OPEN_FOLDER = '/var/lib/northwind-settlement';

/**
 * Root often works in folders that no other account may enter (/root, a fresh `mktemp -d`). The account postgres
 * can't run binaries or keep data there: then both go to /var/lib, and whoever looks is told so.
 */
export function placePostgres({ folder, stackId }: PlaceOptions): PostgresPlace {
  const binaries = findPostgresBinaries();
  const account = findPostgresAccount();
  const ownFolder = join(folder, 'postgres');
  if (account === null) {
    return { account, binariesFolder: binaries.folder, dataFolder: ownFolder, notice: null };
  }
  const binariesFolder = findClosedFolder(binaries.folder, account) === null ? binaries.folder : copyBinaries(binaries);
  const closed = findClosedFolder(folder, account);
  if (closed === null) return { account, binariesFolder, dataFolder: ownFolder, notice: null };
  const dataFolder = join(OPEN_FOLDER, stackId, 'postgres');
  mkdirSync(join(OPEN_FOLDER, stackId), { recursive: true, mode: 0o755 });
  linkOnce(dataFolder, ownFolder);
  const notice = `the account postgres can't enter ${closed}, so the database's files are in ${dataFolder}`;
  return { account, binariesFolder, dataFolder, notice };
}

/** Removes what was put outside the stack's folder, if anything was. */
export function removePlace(place: PostgresPlace): void {
  if (place.notice !== null) rmSync(join(place.dataFolder, '..'), { recursive: true, force: true });
}

function copyBinaries({ folder, version }: PostgresBinaries): string {
  const target = join(OPEN_FOLDER, `postgresql-${version}-${process.arch}`);
  if (existsSync(target)) return target;
  const unfinished = `${target}.${process.pid}`;
  mkdirSync(OPEN_FOLDER, { recursive: true, mode: 0o755 });
  cpSync(folder, unfinished, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(unfinished, target);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(target)) throw error; // otherwise another process was faster
  }
  return target;
}

function linkOnce(target: string, path: string): void {
  if (!existsSync(path)) {
    rmSync(path, { force: true }); // a link that leads nowhere any more
    symlinkSync(target, path);
  }
}
