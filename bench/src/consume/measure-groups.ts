/** Reading a whole log: by a consumer group that does nothing with it but commit its offsets, and by a bare cursor. */
import { createConsumer, DOORBELL_LEDGER, logSource } from '@northwind/event-store';
import type { LedgerTables } from '@northwind/event-store/tables';
import { createLogger, openDatabase, systemClock } from '@northwind/service-kit';
import Cursor from 'pg-cursor';
import { VoidRun } from '../harness/benchmark.ts';
import { withClient } from '../postgres/bench-server.ts';

export interface Reading {
  readonly url: string;
  /** Events in the log. */
  readonly events: number;
  readonly signal: AbortSignal;
}

/** Events a second of a new group, from its start to its last commit. Every offset must come, once and in order. */
export async function measureGroup(
  { url, events, signal }: Reading,
  { group, batchSizeMax }: { readonly group: string; readonly batchSizeMax?: number },
): Promise<number> {
  await using database = openDatabase<LedgerTables>({ url, applicationName: 'bench', connectionsMax: 4 });
  const finished = Promise.withResolvers<void>();
  const nextOffsets = new Map<number, bigint>();
  let seen = 0;
  const consumer = createConsumer({
    database,
    group,
    source: logSource,
    apply: async (_, { slices }) => {
      for (const { partition, items } of slices) {
        let next = nextOffsets.get(partition) ?? 0n;
        for (const { offset } of items) {
          if (offset !== next) {
            finished.reject(new VoidRun(`offset ${offset} of partition ${partition} came out of turn`));
          }
          next += 1n;
        }
        nextOffsets.set(partition, next);
      }
    },
    afterCommit: ({ slices }) => {
      seen += slices.reduce((sum, { items }) => sum + items.length, 0);
      if (seen >= events) finished.resolve();
    },
    doorbell: DOORBELL_LEDGER,
    logger: createLogger({ name: 'bench', level: 'error' }),
    clock: systemClock,
    ...(batchSizeMax !== undefined && { batchSizeMax }),
  });
  const interrupt = () => finished.reject(signal.reason);
  signal.addEventListener('abort', interrupt, { once: true });
  const startMs = systemClock.monotonicMs();
  try {
    await consumer.start();
    await finished.promise;
    const elapsedMs = systemClock.monotonicMs() - startMs;
    if (seen > events) throw new VoidRun(`the group saw ${seen} events of ${events}`);
    return (events * 1000) / elapsedMs;
  } finally {
    signal.removeEventListener('abort', interrupt);
    await consumer.stop();
  }
}

const CURSOR_ROWS = 1_000;
const ALL = `
  select partition, "offset", idempotency_key as "idempotencyKey", type, version, merchant_id as "merchantId", subject,
         occurred_at as "occurredAt", recorded_at as "recordedAt", data
  from ledger.events order by partition, "offset"`;

/** The same columns of the same rows in the same order, read as the same values, 1,000 at a time. */
export function measureCursor({ url, events, signal }: Reading): Promise<number> {
  return withClient(url, async (client) => {
    const startMs = systemClock.monotonicMs();
    const cursor = client.query(new Cursor(ALL));
    let seen = 0;
    for (;;) {
      signal.throwIfAborted();
      const rows = await cursor.read(CURSOR_ROWS);
      if (rows.length === 0) break;
      seen += rows.length;
    }
    const elapsedMs = systemClock.monotonicMs() - startMs;
    await cursor.close();
    if (seen !== events) throw new VoidRun(`the cursor read ${seen} events of ${events}`);
    return (events * 1000) / elapsedMs;
  });
}
