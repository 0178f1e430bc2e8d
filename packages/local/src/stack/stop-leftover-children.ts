import type { Clock } from '@northwind/service-kit';
import { isAlive, signalProcess } from './process-identity.ts';
import type { StackFile } from './stack-file.ts';
import { waitUntil } from './wait-until.ts';

const STOP_TIMEOUT_MS = 5_000;

/**
 * Children notice that their supervisor is gone and stop by themselves; a start right after a kill -9 may still meet
 * them. They are asked again, waited for and, at the end, killed. Returns how many there were.
 */
export async function stopLeftoverChildren(stack: StackFile, clock: Clock): Promise<number> {
  const leftovers = (stack.running?.processes ?? []).filter((child) => child.name !== 'postgres' && isAlive(child));
  if (leftovers.length === 0) return 0;
  const gone = () => leftovers.every((child) => !isAlive(child));
  if (!(await waitUntil(gone, { clock, timeoutMs: STOP_TIMEOUT_MS }))) {
    for (const child of leftovers) signalProcess(child, 'SIGKILL');
    await waitUntil(gone, { clock, timeoutMs: 1_000 });
  }
  return leftovers.length;
}
