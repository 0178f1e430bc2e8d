import { readFileSync } from 'node:fs';
import { type Clock, StartupError } from '@northwind/service-kit';
import { identify, isAlive, signalProcess } from '../stack/process-identity.ts';
import { waitUntil } from '../stack/wait-until.ts';
import { readPostmasterPid } from './read-postmaster-file.ts';

const STOP_TIMEOUT_MS = 15_000;

/**
 * A supervisor that was killed leaves its PostgreSQL running; postmaster.pid in the data folder names it. It is
 * stopped as for any shutdown (SIGINT: sessions end, everything is written down), so the next start finds a clean
 * folder. Returns its pid, or null when there was none.
 */
export async function stopLeftoverPostgres(dataFolder: string, clock: Clock): Promise<number | null> {
  const pid = readPostmasterPid(dataFolder);
  if (pid === null || !isPostgresOf(pid, dataFolder)) return null;
  const identity = identify(pid);
  if (identity === null) return null;
  signalProcess(identity, 'SIGINT');
  const stopped = await waitUntil(() => !isAlive(identity), { clock, timeoutMs: STOP_TIMEOUT_MS });
  if (!stopped) {
    throw new StartupError(`a PostgreSQL of an earlier start (pid ${pid}) does not stop`, {
      hint: `stop it yourself: kill -INT ${pid}`,
    });
  }
  return pid;
}

/**
 * On Linux the command line tells whether the pid belongs to a stranger by now; elsewhere PostgreSQL's own check must
 * do.
 */
function isPostgresOf(pid: number, dataFolder: string): boolean {
  if (process.platform !== 'linux') return true;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(dataFolder);
  } catch {
    return false;
  }
}
