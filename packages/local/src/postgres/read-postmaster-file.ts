import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The postmaster's pid as its file tells it. The file outlives a killed postmaster. */
export function readPostmasterPid(dataFolder: string): number | null {
  const pid = Number(readLines(dataFolder)[0]);
  return Number.isInteger(pid) && pid > 1 ? pid : null;
}

/** `ready` once the postmaster with this pid takes connections; this is how pg_ctl waits too. */
export function readPostmasterState(dataFolder: string, pid: number | undefined): string | null {
  const lines = readLines(dataFolder);
  return pid !== undefined && Number(lines[0]) === pid ? (lines[7]?.trim() ?? null) : null;
}

function readLines(dataFolder: string): string[] {
  try {
    return readFileSync(join(dataFolder, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}
