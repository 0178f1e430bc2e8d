/** Systems of a run's own in the temporary folder: what a run that was killed with -9 leaves, the next one sweeps. */
import { readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Clock } from '@northwind/service-kit';
import { stopLeftoverPostgres } from '../postgres/stop-leftover-postgres.ts';
import { identify } from './process-identity.ts';

export type RunKind = 'chaos' | 'demo';

/** The start of this run's folder name: the pid tells later runs whether anybody still uses it. */
export function runFolderPrefix(kind: RunKind): string {
  return path.join(os.tmpdir(), `settle-${kind}-${process.pid}-`);
}

/** Ends the PostgreSQL, and removes the folder, of each run of this kind whose process is gone. */
export async function sweepLeftovers(kind: RunKind, clock: Clock): Promise<void> {
  const folderOf = new RegExp(`^settle-${kind}-(\\d+)-`);
  for (const name of readdirSync(os.tmpdir())) {
    const pid = Number(folderOf.exec(name)?.[1]);
    if (!(pid > 0) || identify(pid) !== null) continue;
    const folder = path.join(os.tmpdir(), name);
    await stopLeftoverPostgres(path.join(folder, 'postgres'), clock);
    rmSync(folder, { recursive: true, force: true });
  }
}
