/** Memory of a process in MiB; Linux only, else not a number. */
import { readFileSync } from 'node:fs';

/** The most that it has had resident so far. */
export function peakMemoryMib(pid: number): number {
  return readMemoryMib(pid, 'VmHWM');
}

/** What it has resident now. */
export function residentMemoryMib(pid: number): number {
  return readMemoryMib(pid, 'VmRSS');
}

function readMemoryMib(pid: number, name: string): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}
