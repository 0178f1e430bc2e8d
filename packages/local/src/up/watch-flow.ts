import type { LedgerTables } from '@northwind/event-store/tables';
import { createLoop, openDatabase, type Service, systemClock } from '@northwind/service-kit';
import { sql } from 'kysely';

/** How much flowed so far, for the line at the bottom of the screen. */
export interface Flow {
  readonly events: bigint;
  /** Of the slowest group. */
  readonly lag: bigint;
}

const EVERY_MS = 1_000;

/** Asks the database once a second and tells what it said; keeps quiet while it is away. */
export function watchFlow(databaseUrl: string, onFlow: (flow: Flow) => void): Service {
  const database = openDatabase<LedgerTables>({ url: databaseUrl, applicationName: 'settle-up', connectionsMax: 1 });
  const loop = createLoop({
    name: 'flow',
    pauseMs: EVERY_MS,
    onError: () => undefined,
    clock: systemClock,
    run: async () => {
      const { rows } = await sql<Flow>`
        select (select coalesce(sum(next_offset), 0)::int8 from ledger.partitions) as events,
               coalesce(max(lag), 0)::int8 as lag
        from (select sum(p.next_offset - o.next_offset) as lag
              from ledger.consumer_offsets o join ledger.partitions p using (partition)
              group by o.consumer_group) groups`.execute(database.db);
      if (rows[0]) onFlow(rows[0]);
    },
  });
  return {
    name: 'flow',
    start: () => loop.start(),
    stop: async () => {
      await loop.stop();
      await database.close();
    },
  };
}
