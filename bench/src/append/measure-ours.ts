/** The log's own append: key, fingerprint and conflict check, dense offsets, tallies, an outcome for each input. */
import { type AppendOutcome, createEventLog, type EventLog } from '@northwind/event-store';
import { openDatabase } from '@northwind/service-kit';
import { VoidRun } from '../harness/benchmark.ts';
import { closedLoop, type LoopResult } from '../harness/closed-loop.ts';
import { withClient } from '../postgres/bench-server.ts';
import { PartitionBacklog } from './partition-backlog.ts';
import { PARTITIONS, type PlacedEvent } from './place-events.ts';
import { BATCH_SIZE, inBatches, type Load, type Measure, type Setting } from './row.ts';

/** Events that may wait beside those that are being appended: what a writer holds when it is busy. */
const WAITING_MAX = 8 * BATCH_SIZE;

/**
 * On one connection, in arrival order. With one in flight the connection idles while the client prepares the next
 * batch and reads the last answer; with two, that is done while the server works.
 */
export const measureOurs =
  (inFlight: number): Measure =>
  (setting) =>
    withLog(setting, 1, async (log, expected) => {
      const next = inBatches(setting.events);
      return closedLoop(() => appendFresh(log, next(BATCH_SIZE), expected), { ...setting, lanes: inFlight });
    });

/** On four connections; a partition's events are never in two appends at once. */
export const measureOursOnFour =
  (inFlight: number): Measure =>
  (setting) =>
    withLog(setting, 4, (log, expected) => appendOnFour(log, expected, { ...setting, inFlight }));

function appendOnFour(log: EventLog, expected: Tally, load: Load & { inFlight: number }): Promise<LoopResult> {
  const backlog = new PartitionBacklog(load.events, { partitions: PARTITIONS, waitingMax: WAITING_MAX });
  const appendNext = async () => {
    const batch = await backlog.takeWhenFree(BATCH_SIZE);
    const done = await appendFresh(log, batch, expected);
    backlog.release(batch);
    return done;
  };
  return closedLoop(appendNext, { ...load, lanes: load.inFlight });
}

/** As `measureOursOnFour`, on a log that has events already; what it appends stays. */
export async function measureOnFilled(url: string, load: Load): Promise<LoopResult> {
  await using database = openDatabase({ url, applicationName: 'bench', connectionsMax: 4 });
  await warmConnections(database.pool, 4);
  return await appendOnFour(createEventLog(database), { appended: 0, duplicate: 0 }, { ...load, inFlight: 4 });
}

/** Every second event of each batch is stored already: a redelivery. */
export const measureOursHalfDuplicates: Measure = (setting) =>
  withLog(setting, 1, async (log, expected) => {
    const half = Math.floor(setting.events.length / 2);
    const storeBefore = inBatches(setting.events.slice(0, half));
    while ((await appendFresh(log, storeBefore(BATCH_SIZE), expected)) > 0) setting.signal.throwIfAborted();
    const again = inBatches(setting.events.slice(0, half));
    const fresh = inBatches(setting.events.slice(half));
    const appendBoth = async () => {
      const seen = again(BATCH_SIZE / 2);
      const batch = fresh(seen.length).flatMap((event, i) => [seen[i] ?? event, event]);
      const outcomes = await log.append(batch);
      expectKinds(outcomes, (i) => (i % 2 === 0 ? 'duplicate' : 'appended'));
      expected.appended += batch.length / 2;
      expected.duplicate += batch.length / 2;
      return batch.length;
    };
    return closedLoop(appendBoth, { ...setting, lanes: 1 });
  });

interface Tally {
  appended: number;
  duplicate: number;
}

type Work = (log: EventLog, expected: Tally) => Promise<LoopResult>;

async function withLog({ server, migrated }: Setting, connections: number, work: Work): Promise<number> {
  return server.withDatabase(async (url) => {
    const expected: Tally = { appended: 0, duplicate: 0 };
    await using database = openDatabase({ url, applicationName: 'bench', connectionsMax: connections });
    await warmConnections(database.pool, connections);
    const { rate } = await work(createEventLog(database), expected);
    await checkLog(url, expected);
    return rate;
  }, migrated);
}

/** Opens them all before the clock starts. */
export async function warmConnections(
  pool: { connect(): Promise<{ release(): void }> },
  connections: number,
): Promise<void> {
  const clients = await Promise.all(Array.from({ length: connections }, () => pool.connect()));
  for (const client of clients) client.release();
}

async function appendFresh(log: EventLog, batch: readonly PlacedEvent[], expected: Tally): Promise<number> {
  expectKinds(await log.append(batch), () => 'appended');
  expected.appended += batch.length;
  return batch.length;
}

function expectKinds(outcomes: readonly AppendOutcome[], expected: (i: number) => AppendOutcome['kind']): void {
  outcomes.forEach((outcome, i) => {
    if (outcome.kind !== expected(i)) throw new VoidRun(`input ${i} was ${outcome.kind}, not ${expected(i)}`);
  });
}

const STORED = `
  select (select count(*) from ledger.events) as events,
         (select sum(next_offset) from ledger.partitions) as heads,
         (select coalesce(sum(messages), 0) from ledger.intake where outcome = 'appended') as appended,
         (select coalesce(sum(messages), 0) from ledger.intake where outcome = 'duplicate') as duplicate`;

async function checkLog(url: string, expected: Tally): Promise<void> {
  const { rows } = await withClient(url, (client) => client.query<Record<string, unknown>>(STORED));
  const { events, heads, appended, duplicate } = rows[0] ?? {};
  const found = [events, heads, appended, duplicate].map(Number);
  const wanted = [expected.appended, expected.appended, expected.appended, expected.duplicate];
  if (found.some((value, i) => value !== wanted[i])) {
    throw new VoidRun(`rows, heads, tallies are ${found.join(', ')}, not ${wanted.join(', ')}`);
  }
}
