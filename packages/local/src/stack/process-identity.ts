import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * When a process was started, as the system tells it; null when there is no such process. Together with the pid this
 * names one process for ever: pids are used again, and what was written down before a crash may name a stranger now.
 */
export function processStartedAt(pid: number): string | null {
  return process.platform === 'linux' ? fromProcfs(pid) : fromPs(pid);
}

export interface ProcessIdentity {
  readonly pid: number;
  readonly startedAt: string;
}

export function identify(pid: number): ProcessIdentity | null {
  const startedAt = processStartedAt(pid);
  return startedAt === null ? null : { pid, startedAt };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return processStartedAt(identity.pid) === identity.startedAt;
}

/** Sends the signal if this very process still runs. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it ended by itself meanwhile
  }
}

function fromProcfs(pid: number): string | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
  // The second field, the command, is in parentheses and may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  // A zombie holds nothing any more: it only waits for its parent to look.
  return state === 'Z' || state === 'X' ? null : (fields[19] ?? null);
}

function fromPs(pid: number): string | null {
  try {
    const lines = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return lines === '' || lines.startsWith('Z') ? null : lines.replace(/^\S+\s+/, '');
  } catch {
    return null;
  }
}
