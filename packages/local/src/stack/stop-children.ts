import type { Clock } from '@northwind/service-kit';
import type { SupervisedChild } from './supervise-child.ts';

/** How long everything together may take to stop; who is late is killed, and recovers on the next start. */
export const STOP_TIMEOUT_MS = 4_500;

/** Kept back for whoever is stopped later: the queue's disk, the database's checkpoint. */
const RESERVED_MS_EACH = 300;

/** Stops them last-in first-out, each with what is left of the time. Returns the names of those that failed to stop. */
export async function stopChildren(children: readonly SupervisedChild[], clock: Clock): Promise<string[]> {
  const deadline = clock.monotonicMs() + STOP_TIMEOUT_MS;
  const failed: string[] = [];
  for (const [index, child] of [...children.entries()].toReversed()) {
    const timeoutMs = Math.max(0, deadline - clock.monotonicMs() - index * RESERVED_MS_EACH);
    await child.stop(timeoutMs).catch(() => failed.push(child.name));
  }
  return failed;
}
