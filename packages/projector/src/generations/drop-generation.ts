import { pauseGroup } from '@northwind/event-store';
import type { LedgerTables } from '@northwind/event-store/tables';
import type { Database } from '@northwind/service-kit';
import { type Kysely, sql } from 'kysely';
import type { ReadTables } from '../tables.ts';
import { listGenerations } from './generation.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { RebuildError } from './rebuild-error.ts';
import { recordAction } from './record-action.ts';

/** Takes a generation away that nobody reads or follows. Throws RebuildError for another. */
export async function dropGeneration(database: Database<ReadTables>, generation: number): Promise<void> {
  await oneAtATime(database, () =>
    database.db.transaction().execute(async (trx) => {
      const found = (await listGenerations(trx)).find((each) => each.generation === generation);
      if (found === undefined) throw new RebuildError(`there is no generation ${generation}`);
      if (found.status === 'active' || found.status === 'standby') {
        throw new RebuildError(`generation ${generation} is ${found.status}, so it stays`);
      }
      const order = { group: found.consumerGroup, actor: 'settle rebuild', reason: 'its generation is dropped' };
      await pauseGroup(trx as unknown as Kysely<LedgerTables>, order);
      await sql`select read.drop_generation(${generation}::int4)`.execute(trx);
      await recordAction(trx, { action: 'dropped', generation });
    }),
  );
}
