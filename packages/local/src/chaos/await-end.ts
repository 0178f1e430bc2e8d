import { type Clock, StartupError } from '@northwind/service-kit';
import pg from 'pg';
import type { ChaosSystem } from './chaos-system.ts';
import type { QueueCounts } from './queue/fifo-queue.ts';

interface AwaitOptions {
  readonly system: ChaosSystem;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const LOOK_EVERY_MS = 250;
/** Nothing settled for so long is no hiccup: something has got stuck, which is what this is there to find. */
const STUCK_MS = 90_000;
const CATCH_UP_MS = 180_000;

export interface SettledOptions extends AwaitOptions {
  readonly total: number;
  readonly onCounts: (counts: QueueCounts) => void;
}

/** Resolves when every message has been deleted from the queue, or has ended as a dead letter. */
export async function awaitSettled(options: SettledOptions): Promise<QueueCounts> {
  const { system, total, clock, signal, onCounts } = options;
  let last = { deleted: -1, atMs: clock.monotonicMs() };
  for (;;) {
    const counts = await system.readQueue();
    onCounts(counts);
    if (counts.deleted + counts.dead >= total) return counts;
    const nowMs = clock.monotonicMs();
    if (counts.deleted !== last.deleted) last = { deleted: counts.deleted, atMs: nowMs };
    if (nowMs - last.atMs > STUCK_MS) throw stuck(`no message was settled, ${JSON.stringify(counts)}`, STUCK_MS);
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

/** Resolves when every consumer group is at the head, with the milliseconds that took. */
export async function awaitHeads({ system, clock, signal }: AwaitOptions): Promise<number> {
  const beganMs = clock.monotonicMs();
  const client = new pg.Client({ connectionString: system.databaseUrl });
  await client.connect();
  try {
    for (;;) {
      const { rows } = await client.query<{ lag: string; stopped: string }>(
        `select coalesce(sum(p.next_offset - o.next_offset) filter (where o.stopped_reason is null), 0) as lag,
                count(o.stopped_reason) as stopped
         from ledger.consumer_offsets o join ledger.partitions p using (partition)`,
      );
      const elapsedMs = clock.monotonicMs() - beganMs;
      if (rows[0]?.lag === '0') return elapsedMs; // a stopped partition is found by the checks
      if (elapsedMs > CATCH_UP_MS) throw stuck(`consumer groups are ${rows[0]?.lag} events behind`, CATCH_UP_MS);
      await clock.sleep(LOOK_EVERY_MS, signal);
    }
  } finally {
    await client.end();
  }
}

function stuck(what: string, forMs: number): StartupError {
  return new StartupError(`the run has got stuck: for ${forMs / 1_000} s ${what}`, {
    hint: 'run it again with --keep and read the logs of its processes',
  });
}
