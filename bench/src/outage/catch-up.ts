import { systemClock } from '@northwind/service-kit';

export interface CatchUp {
  /** Messages in the queue when PostgreSQL was back. */
  readonly backlog: number;
  /** From PostgreSQL's return to the first message that was written and deleted. */
  readonly firstSeconds: number;
  readonly emptySeconds: number;
  /** Messages a second from the first one on; not a number when there was no backlog. */
  readonly rate: number;
}

const WATCH_MS = 20;
const TIMEOUT_MS = 600_000;

/** To be called when PostgreSQL answers again; resolves when the queue is empty. */
export async function timeCatchUp(
  queue: { countLeft(): Promise<number> },
  signal: AbortSignal,
  clock: Pick<typeof systemClock, 'monotonicMs' | 'sleep'> = systemClock,
): Promise<CatchUp> {
  const backMs = clock.monotonicMs();
  const backlog = await queue.countLeft();
  let first: { readonly left: number; readonly atMs: number } | null = null;
  for (;;) {
    const left = await queue.countLeft();
    const atMs = clock.monotonicMs();
    if (first === null && (left < backlog || left === 0)) first = { left, atMs };
    if (first !== null && left === 0) {
      const rate = (first.left * 1000) / (atMs - first.atMs);
      return { backlog, firstSeconds: (first.atMs - backMs) / 1000, emptySeconds: (atMs - backMs) / 1000, rate };
    }
    if (atMs - backMs > TIMEOUT_MS) throw new Error(`${left} messages are left ${TIMEOUT_MS} ms after the outage`);
    await clock.sleep(WATCH_MS, signal);
  }
}
