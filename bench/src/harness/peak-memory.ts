/** The most memory a process has had resident so far, in MiB; Linux only, else not a number. */
import { readFileSync } from 'node:fs';

export function peakMemoryMib(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}
