/** Peer: Emmett's PostgreSQL event store. */
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import pg from 'pg';
import { closedLoop } from '../harness/closed-loop.ts';
import { expectRows } from './bare-table.ts';
import { warmConnections } from './measure-ours.ts';
import type { PlacedEvent } from './place-events.ts';
import { BATCH_SIZE, inBatches, type Measure, type Setting } from './row.ts';

const IN_FLIGHT = 32;
const EVENTS_TABLE = 'emt_messages';

/** Each event appended by itself to the stream of its merchant, 32 at a time. */
export const measureEmmettOne: Measure = (setting) => {
  // Two appends to one stream at a time would make Emmett refuse one (optimistic concurrency), so each lane has the
  // merchants of its own.
  const lanes = Array.from({ length: IN_FLIGHT }, () => [] as PlacedEvent[]);
  const laneOf = new Map<string, number>();
  for (const event of setting.events) {
    const { merchantId } = event.event;
    const lane = laneOf.get(merchantId) ?? laneOf.size % IN_FLIGHT;
    laneOf.set(merchantId, lane);
    lanes[lane]?.push(event);
  }
  const nexts = lanes.map(inBatches);
  return withStore(setting, IN_FLIGHT, (lane) => {
    const batch = nexts[lane]?.(1) ?? [];
    return { stream: `payments-${batch[0]?.event.merchantId}`, batch };
  });
};

/** Its best: 1,000 events an append, all to one stream, one append at a time. */
export const measureEmmettBatch: Measure = (setting) => {
  const next = inBatches(setting.events);
  return withStore(setting, 1, () => ({ stream: 'payments-all', batch: next(BATCH_SIZE) }));
};

type Choose = (lane: number) => { readonly stream: string; readonly batch: readonly PlacedEvent[] };

async function withStore({ server, events: _, ...loop }: Setting, lanes: number, choose: Choose): Promise<number> {
  return server.withDatabase(async (url) => {
    // Its own pool would have ten connections whatever is in flight.
    const pool = new pg.Pool({ connectionString: url, max: lanes, idleTimeoutMillis: 0 });
    pool.on('error', () => undefined);
    const store = getPostgreSQLEventStore(url, { connectionOptions: { connectionString: url, pool } });
    try {
      await store.schema.migrate();
      await warmConnections(pool, lanes);
      const append = async (lane: number) => {
        const { stream, batch } = choose(lane);
        if (batch.length === 0) return 0;
        const events = batch.map(({ event }) => ({ type: event.type as string, data: event.data }));
        await store.appendToStream(stream, events);
        return batch.length;
      };
      const { rate, total } = await closedLoop(append, { ...loop, lanes });
      await expectRows(url, EVENTS_TABLE, total);
      return rate;
    } finally {
      await store.close();
      await pool.end().catch(() => undefined); // Emmett may have ended it
    }
  });
}
