import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { StartupError } from '@northwind/service-kit';

/** The system account that PostgreSQL runs as. */
export interface PostgresAccount {
  readonly uid: number;
  readonly gid: number;
}

const NAME = 'postgres';

/**
 * PostgreSQL refuses to run as root. For an ordinary user this is null: it runs as that user. For root it is the
 * account `postgres`, made when there is none.
 */
export function findPostgresAccount(): PostgresAccount | null {
  if (process.getuid?.() !== 0) return null;
  const found = lookUp();
  if (found) return found;
  try {
    run('groupadd', ['--force', '--system', NAME]);
    run('useradd', ['--system', '--gid', NAME, '--no-create-home', '--shell', '/bin/false', NAME]);
  } catch (cause) {
    throw new StartupError('PostgreSQL does not run as root, and the account "postgres" could not be made', {
      hint: 'run as an ordinary user, or make it yourself: useradd --system postgres',
      cause,
    });
  }
  const made = lookUp();
  if (!made) throw new Error('useradd succeeded, yet there is no account postgres');
  return made;
}

/** The first folder on the way to `path` that the account can't enter; null when it reaches it. */
export function findClosedFolder(path: string, account: PostgresAccount): string | null {
  const parents: string[] = [];
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    parents.unshift(folder);
    if (folder === dirname(folder)) break;
  }
  return parents.find((folder) => !canEnter(folder, account)) ?? null;
}

function canEnter(path: string, { uid, gid }: PostgresAccount): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return true; // made later, by us
  const executable = stat.uid === uid ? 0o100 : stat.gid === gid ? 0o010 : 0o001;
  return (stat.mode & executable) !== 0;
}

function lookUp(): PostgresAccount | null {
  try {
    return { uid: Number(run('id', ['-u', NAME])), gid: Number(run('id', ['-g', NAME])) };
  } catch {
    return null;
  }
}

function run(command: string, parameters: string[]): string {
  return execFileSync(command, parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}
