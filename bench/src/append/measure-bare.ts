/** What PostgreSQL takes when nothing but the rows is asked for: in batches, a row at a time, and inside the server. */
import { openDatabase, systemClock } from '@northwind/service-kit';
import { closedLoop } from '../harness/closed-loop.ts';
import { withClient } from '../postgres/bench-server.ts';
import {
  columnsOf,
  copyRows,
  createBareTable,
  createStagingTable,
  expectRows,
  insertMany,
  insertOne,
  rowOf,
} from './bare-table.ts';
import { warmConnections } from './measure-ours.ts';
import { PARTITIONS, type PlacedEvent } from './place-events.ts';
import { BATCH_SIZE, inBatches, type Measure, type Setting } from './row.ts';

const TABLE = 'bare_events';

/** `unnest … ON CONFLICT DO NOTHING`, prepared, 1,000 rows a statement. */
export const measureBare =
  (connections: number): Measure =>
  (setting) =>
    insertWithClient(setting, connections, BATCH_SIZE, (batch) => ({
      name: 'insert_many',
      text: insertMany(TABLE),
      values: columnsOf(batch),
    }));

/** One row a statement and a commit, prepared. */
export const measureOneRow: Measure = (setting) =>
  insertWithClient(setting, 32, 1, ([event]) => ({
    name: 'insert_one',
    text: insertOne(TABLE),
    values: event ? [...rowOf(event)] : [],
  }));

type Statement = (batch: readonly PlacedEvent[]) => { name: string; text: string; values: unknown[] };

async function insertWithClient(
  { server, migrated, events, ...loop }: Setting,
  connections: number,
  batchSize: number,
  statement: Statement,
): Promise<number> {
  return server.withDatabase(async (url) => {
    await withClient(url, (client) => createBareTable(client, TABLE));
    await using database = openDatabase({ url, applicationName: 'bench', connectionsMax: connections });
    await warmConnections(database.pool, connections);
    const next = inBatches(events);
    const insertNext = async () => {
      const batch = next(batchSize);
      if (batch.length > 0) await database.pool.query(statement(batch));
      return batch.length;
    };
    const { rate, total } = await closedLoop(insertNext, { ...loop, lanes: connections });
    await expectRows(url, TABLE, total);
    return rate;
  }, migrated);
}

/** INSERT … SELECT of rows that the server has already: no client, no parsing, one commit a connection. */
export const measureLimit =
  (connections: number): Measure =>
  ({ server, migrated, events }) =>
    server.withDatabase(async (url) => {
      const shares = splitByPartition(events, connections);
      await Promise.all(shares.map((share, i) => stage(url, `staged_${i}`, share)));
      await withClient(url, async (client) => {
        await createBareTable(client, TABLE);
        await client.query('checkpoint');
      });
      const startMs = systemClock.monotonicMs();
      await Promise.all(
        shares.map((_, i) => withClient(url, (client) => client.query(copyRows(`staged_${i}`, TABLE)))),
      );
      const elapsedSeconds = (systemClock.monotonicMs() - startMs) / 1000;
      await expectRows(url, TABLE, events.length);
      return events.length / elapsedSeconds;
    }, migrated);

async function stage(url: string, table: string, events: readonly PlacedEvent[]): Promise<void> {
  const next = inBatches(events);
  const text = insertMany(table).replace(/on conflict.*$/, '');
  await withClient(url, async (client) => {
    await createStagingTable(client, table);
    for (let batch = next(BATCH_SIZE); batch.length > 0; batch = next(BATCH_SIZE)) {
      await client.query({ name: 'stage', text, values: columnsOf(batch) });
    }
    await client.query(`analyze ${table}`);
  });
}

/** Whole partitions to each share, the largest first to the share that has least. */
function splitByPartition(events: readonly PlacedEvent[], count: number): PlacedEvent[][] {
  const sizes = new Array<number>(PARTITIONS).fill(0);
  for (const { partition } of events) sizes[partition] = (sizes[partition] ?? 0) + 1;
  const load = new Array<number>(count).fill(0);
  const shareOf = new Map<number, number>();
  for (const partition of sizes
    .keys()
    .toArray()
    .sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0))) {
    const least = load.indexOf(Math.min(...load));
    shareOf.set(partition, least);
    load[least] = (load[least] ?? 0) + (sizes[partition] ?? 0);
  }
  const shares: PlacedEvent[][] = Array.from({ length: count }, () => []);
  for (const event of events) shares[shareOf.get(event.partition) ?? 0]?.push(event);
  return shares;
}
