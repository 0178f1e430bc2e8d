/** Lets another generation take over from the active one, in one transaction. */
import { pauseGroup } from '@northwind/event-store';
import type { LedgerTables } from '@northwind/event-store/tables';
import { systemClock } from '@northwind/service-kit';
import { type Kysely, sql } from 'kysely';
import type { ReadTables } from '../tables.ts';
import { findMisfit } from './check-generation.ts';
import { type Generation, listGenerations, readActiveGeneration } from './generation.ts';
import { applyUpTo, lockOffsets } from './hold-generation.ts';
import { RebuildError } from './rebuild-error.ts';
import { type GenerationAction, recordAction } from './record-action.ts';

/** Readers queue behind the take-over while it waits for those before them, so it waits for a moment only. */
const GATE_MS = 250;
const GATE_RETRY_MS = 100;
const GATE_TRIES = 20;
const LOCK_NOT_AVAILABLE = '55P03';

/** A reader holds the gate for longer than anybody should. */
export class GateError extends RebuildError {
  override name = 'GateError';
}

/**
 * The active generation stands still while what the other lacks is applied, and the views move: so no reader goes back
 * in time, and a transition that a webhook was planned from is below the new one's head as well. Throws RebuildError
 * for a generation that can't take over, and when readers keep the views.
 */
export async function takeOver(
  db: Kysely<ReadTables>,
  wanted: Generation,
  record: TakeOverRecord,
): Promise<Generation> {
  const active = await passGate(db, wanted, record);
  await pauseRetired(db);
  return active;
}

export type TakeOverRecord = Pick<GenerationAction, 'action' | 'isEqual' | 'report' | 'signOff'>;

/** Tries again while readers hold the gate. */
async function passGate(db: Kysely<ReadTables>, wanted: Generation, record: TakeOverRecord): Promise<Generation> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await switchTo(db, wanted, record);
    } catch (error) {
      if ((error as { code?: unknown }).code !== LOCK_NOT_AVAILABLE) throw error;
      if (attempt === GATE_TRIES) throw new GateError(await tellWhoHolds(db), { cause: error });
      await systemClock.sleep(GATE_RETRY_MS);
    }
  }
}

async function switchTo(db: Kysely<ReadTables>, wanted: Generation, record: TakeOverRecord): Promise<Generation> {
  const active = await readActiveGeneration(db);
  await expectOpen(db, wanted);
  return db.transaction().execute(async (trx) => {
    await lockOffsets(trx, wanted);
    await applyUpTo(trx, wanted, await lockOffsets(trx, active));
    await sql`set local lock_timeout = ${sql.lit(`${GATE_MS}ms`)}`.execute(trx);
    await sql`select read.activate_generation(${wanted.generation}::int4)`.execute(trx);
    await recordAction(trx, { ...record, generation: wanted.generation, beside: active.generation });
    return readActiveGeneration(trx);
  });
}

/** Since it was compared, or left, somebody may have promoted, retired or dropped it, or changed the release. */
async function expectOpen(db: Kysely<ReadTables>, wanted: Generation): Promise<void> {
  const { generation } = wanted;
  const found = (await listGenerations(db)).find((each) => each.generation === generation);
  if (found?.status !== 'building' && found?.status !== 'standby') {
    throw new RebuildError(`generation ${generation} is ${found?.status ?? 'gone'}; settle rebuild makes another`);
  }
  const misfit = await findMisfit(db as unknown as Kysely<unknown>, wanted);
  if (misfit !== undefined) throw new RebuildError(`generation ${generation} can't take over: ${misfit}`);
}

/** Nobody follows a retired generation, so that it falls behind is no news: its group says that it is held back. */
async function pauseRetired(db: Kysely<ReadTables>): Promise<void> {
  for (const { status, consumerGroup: group } of await listGenerations(db)) {
    if (status !== 'retired') continue;
    const order = { group, actor: 'settle rebuild', reason: 'its generation is retired' };
    await pauseGroup(db as unknown as Kysely<LedgerTables>, order);
  }
}

/** Databases made from one template have relations of the same oid, so a lock counts only where it is in this one. */
async function tellWhoHolds(db: Kysely<ReadTables>): Promise<string> {
  const { rows } = await sql<{ readonly holder: string }>`
    select format('%s (pid %s, for %s s)', coalesce(nullif(a.application_name, ''), 'a session'), a.pid,
                  round(extract(epoch from clock_timestamp() - a.xact_start))) as holder
    from pg_locks l join pg_stat_activity a using (pid)
    where l.granted and a.pid <> pg_backend_pid()
      and l.database = (select oid from pg_database where datname = current_database()) and l.relation in (
      select oid from pg_class where relnamespace = 'read'::regnamespace and relkind in ('r', 'v'))
    group by a.pid, a.application_name, a.xact_start order by a.xact_start`.execute(db);
  const holders = rows.map(({ holder }) => holder).join(', ') || 'somebody who is gone now';
  return `readers keep the views: ${holders}; nothing was changed, try again when they are done`;
}
