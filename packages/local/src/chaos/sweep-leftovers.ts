import { readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Clock } from '@northwind/service-kit';
import { stopLeftoverPostgres } from '../postgres/stop-leftover-postgres.ts';
import { identify } from '../stack/process-identity.ts';

const FOLDER = /^settle-chaos-(\d+)-/;

/** The start of a run's folder name: the pid tells later runs whether anybody still uses it. */
export function chaosFolderPrefix(): string {
  return path.join(os.tmpdir(), `settle-chaos-${process.pid}-`);
}

/** A run that was killed with -9 leaves its PostgreSQL and its folder behind; the next one tidies up after it. */
export async function sweepLeftovers(clock: Clock): Promise<void> {
  for (const name of readdirSync(os.tmpdir())) {
    const pid = Number(FOLDER.exec(name)?.[1]);
    if (!(pid > 0) || identify(pid) !== null) continue;
    const folder = path.join(os.tmpdir(), name);
    await stopLeftoverPostgres(path.join(folder, 'postgres'), clock);
    rmSync(folder, { recursive: true, force: true });
  }
}
