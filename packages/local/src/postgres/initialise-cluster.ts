import { execFile } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { randomId, StartupError } from '@northwind/service-kit';
import type { PostgresPlace } from './place-postgres.ts';

export const SUPERUSER = 'settlement';

const execute = promisify(execFile);

/** True when the folder holds a cluster already. */
export function isInitialised(place: PostgresPlace): boolean {
  return existsSync(join(place.dataFolder, 'PG_VERSION'));
}

/** Makes a new cluster: UTF-8, bytewise order on every machine, checksums, passwords only. */
export async function initialiseCluster(place: PostgresPlace, password: string): Promise<void> {
  // An initdb that was killed half way leaves files but no PG_VERSION; nothing of ours is in there yet.
  rmSync(place.dataFolder, { recursive: true, force: true });
  mkdirSync(place.dataFolder, { recursive: true, mode: 0o700 });
  const passwordFile = join(tmpdir(), `settlement-${randomId()}`);
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (place.account) {
    chownSync(place.dataFolder, place.account.uid, place.account.gid);
    chownSync(passwordFile, place.account.uid, place.account.gid);
  }
  const parameters = [
    `--pgdata=${place.dataFolder}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--data-checksums',
  ];
  try {
    await execute(join(place.binariesFolder, 'bin', 'initdb'), parameters, {
      ...place.account,
      cwd: '/',
      env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
    });
  } catch (cause) {
    const { stderr = '', message } = cause as { stderr?: string; message: string };
    throw new StartupError(`PostgreSQL's initdb failed: ${stderr.trim() || message}`, {
      hint: `check that there is room on the disk and that ${place.dataFolder} can be written`,
      cause,
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}
