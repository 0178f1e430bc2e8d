/** A migrated database of its own with a log to append to and projectors to run on it. */
import { createEventLog, ledgerMigrations, readEvents, readGroupLag } from '@northwind/event-store';
import type { LedgerTables } from '@northwind/event-store/tables';
import { type CloudEvent, parseEvent, toJson } from '@northwind/events';
import { type Database, openDatabase, type Service, systemClock } from '@northwind/service-kit';
import { eventually, silentLogger, testDatabase } from '@northwind/testing';
import { type Kysely, sql } from 'kysely';
import { applyBatch } from '../src/apply-batch.ts';
import type { ReadModel } from '../src/folding.ts';
import { createModelTables } from '../src/generations/create-tables.ts';
import { rebuildSessions } from '../src/generations/rebuild-sessions.ts';
import { readMigrations } from '../src/migrations.ts';
import { createProjector, type ProjectorOptions } from '../src/projector.ts';
import { READ_MODELS } from '../src/read-models.ts';
import type { ReadTables } from '../src/tables.ts';

const LONG_AFTER_MS = Date.parse('2030-01-01T00:00:00Z');

export interface Projection extends AsyncDisposable {
  readonly url: string;
  /** For a process with the projector's role. */
  readonly projectorUrl: string;
  readonly database: Database<ReadTables>;
  readonly db: Kysely<ReadTables>;
  /** In batches, as the writer would. */
  append(events: readonly CloudEvent[]): Promise<void>;
  startProjector(options?: Partial<ProjectorOptions>): Promise<Service>;
  /** Resolves when the active generation has applied the whole log. */
  caughtUp(): Promise<void>;
}

export async function openProjection(): Promise<Projection> {
  const test = await testDatabase([ledgerMigrations, readMigrations]);
  const database = openDatabase<ReadTables>({
    url: test.url,
    applicationName: 'projection test',
    connectionsMax: 12,
    pipeline: true,
  });
  // Projectors have what the projector's role has and no more; the tests look on as the owner.
  const projectors = openDatabase<ReadTables>({
    url: await test.login('settlement_projector'),
    applicationName: 'projection test',
    connectionsMax: 12,
    pipeline: true,
  });
  const ledger = database.db as unknown as Kysely<LedgerTables>;
  const log = createEventLog(database);
  const started: Service[] = [];
  return {
    url: test.url,
    projectorUrl: await test.login('settlement_projector'),
    database,
    db: database.db,
    async append(events) {
      for (let from = 0; from < events.length; from += 1_000) {
        const batch = events.slice(from, from + 1_000).map(toSettlementEvent);
        await log.append(batch.map((event) => ({ event, messageId: null })));
      }
    },
    async startProjector(options = {}) {
      const projector = createProjector({
        database: projectors,
        logger: silentLogger(),
        clock: systemClock,
        ...options,
      });
      started.push(projector);
      await projector.start();
      return projector;
    },
    caughtUp: () =>
      eventually(
        async () => {
          const lags = await readGroupLag(ledger);
          return (
            lags.length > 0 &&
            lags.every((lag) => lag.lag === 0n || lag.stoppedReason !== null || lag.pausedAt !== null)
          );
        },
        { timeoutMs: 25_000 },
      ).then(() => undefined),
    async [Symbol.asyncDispose]() {
      for (const projector of started) await projector.stop();
      await projectors.close();
      await database.close();
      await test.drop();
    },
  };
}

/** As `settle rebuild` opens it. */
export function openAsOwner({ url }: Projection, lanes: number): Database<ReadTables> {
  return openDatabase<ReadTables>({ url, applicationName: 'settle rebuild', ...rebuildSessions(lanes) });
}

/** Makes generation 2 and applies the whole log to it, partition by partition, without any consumer. */
export async function rebuildBeside(
  db: Kysely<ReadTables>,
  batchSize: number,
  models: readonly ReadModel[] = READ_MODELS,
): Promise<string> {
  await sql`select read.create_generation(2)`.execute(db);
  await createModelTables(db as unknown as Kysely<unknown>, 2, models);
  const ledger = db as unknown as Kysely<LedgerTables>;
  const heads = await db.selectFrom('ledger.partitions').selectAll().execute();
  for (const { partition, next_offset: toOffset } of heads) {
    for (let fromOffset = 0n; fromOffset < toOffset; fromOffset += BigInt(batchSize)) {
      const limit = { itemsPerRange: batchSize, bytesPerRange: Number.MAX_SAFE_INTEGER };
      const { items } = await readEvents(ledger, [{ partition, fromOffset, toOffset }], limit);
      const slice = { partition, items, fromOffset, nextOffset: fromOffset + BigInt(items.length), moreWaiting: false };
      await db.transaction().execute((trx) => {
        return applyBatch(trx as unknown as Kysely<unknown>, { schema: 'read_g2', models }, { slices: [slice] });
      });
    }
  }
  return 'read_g2';
}

/** Every row of a generation as text, table by table. */
export async function dumpGeneration(db: Kysely<ReadTables>, schema: string): Promise<Record<string, string[]>> {
  const dump: Record<string, string[]> = {};
  for (const { name } of READ_MODELS.flatMap((model) => model.tables)) {
    const table = sql.table(`${schema}.${name}`);
    const { rows } = await sql<{ row: string }>`select t::text as row from ${table} t order by 1`.execute(db);
    dump[name] = rows.map(({ row }) => row);
  }
  return dump;
}

function toSettlementEvent(event: CloudEvent) {
  const parsed = parseEvent(toJson(event), { receivedAtMs: LONG_AFTER_MS });
  if (!parsed.ok) throw new Error(`${parsed.rejection.field}: ${parsed.rejection.message}`);
  return parsed.event;
}
