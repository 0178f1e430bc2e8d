/**
 * A consumer group of the chaos run's own, that writes down each coordinate it is given, in the transaction that moves
 * its offset. No rule of the table keeps a coordinate from being written twice: that it isn't is what is checked.
 */
import { createConsumer, DOORBELL_LEDGER, logSource } from '@northwind/event-store';
import type { LedgerTables } from '@northwind/event-store/tables';
import {
  createLogger,
  createService,
  type Environment,
  openDatabase,
  type Service,
  serviceStack,
  systemClock,
} from '@northwind/service-kit';
import { sql } from 'kysely';

export const CHAOS_GROUP = 'chaos';
/** The name of its connections. */
export const CHAOS_CONSUMER = 'chaos-consumer';

/** In statements of its own, for whoever may run it first. */
export const CHAOS_TABLES = `
  create schema chaos;
  create table chaos.seen (partition int2 not null, "offset" int8 not null, process_id text not null);
`;

/** A consumer that is not of this system has this role, and in its own table it needs no more than to write. */
export const CHAOS_LOGIN = { login: 'stack_consumer', role: 'settlement_consumer' } as const;
export const CHAOS_GRANTS = `
  grant usage on schema chaos to ${CHAOS_LOGIN.login};
  grant insert on chaos.seen to ${CHAOS_LOGIN.login};
`;

export async function createChaosConsumer(env: Environment): Promise<Service> {
  const { DATABASE_URL: url = '', CHAOS_PROCESS_ID: processId = '' } = env;
  const logger = createLogger({ name: CHAOS_CONSUMER, level: 'error' });
  const database = openDatabase<LedgerTables>({ url, applicationName: CHAOS_CONSUMER, connectionsMax: 3 });
  const consumer = createConsumer({
    database,
    group: CHAOS_GROUP,
    source: logSource,
    doorbell: DOORBELL_LEDGER,
    logger,
    clock: systemClock,
    collectMs: Number(env.SETTLEMENT_PROJECTOR_COLLECT_MS),
    apply: async (trx, { slices }) => {
      const items = slices.flatMap((slice) => slice.items);
      const partitions = items.map(({ partition }) => partition);
      const offsets = items.map(({ offset }) => String(offset));
      await sql`
        insert into chaos.seen (partition, "offset", process_id)
        select partition, "offset", ${processId}
        from unnest(${partitions}::int2[], ${offsets}::int8[]) as seen (partition, "offset")`.execute(trx);
    },
  });
  const connections = createService({ name: 'connections', start: async () => undefined, stop: database.close });
  return serviceStack(CHAOS_CONSUMER, [connections, consumer]);
}
