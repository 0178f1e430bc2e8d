/** `settle rebuild --promote`: what was rebuilt and compared takes over. */
import type { Database } from '@northwind/service-kit';
import type { Kysely } from 'kysely';
import type { ReadTables } from '../tables.ts';
import { type Generation, listGenerations } from './generation.ts';
import { oneAtATime } from './one-at-a-time.ts';
import type { Rebuilt } from './rebuild.ts';
import { RebuildError } from './rebuild-error.ts';
import type { SignOff } from './record-action.ts';
import { takeOver } from './take-over.ts';

export interface PromoteWish {
  readonly database: Database<ReadTables>;
  readonly rebuilt: Rebuilt;
  /** Needed where the comparison found differences. */
  readonly signOff?: SignOff;
}

/**
 * Throws RebuildError for a generation that differs and that nobody signed off, and for one that may not take over any
 * more; GateError while readers hold on.
 */
export async function promote({ database, rebuilt, signOff }: PromoteWish): Promise<Generation> {
  const { candidate, comparison } = rebuilt;
  if (!comparison.isEqual && signOff === undefined) {
    throw new RebuildError(`generation ${candidate.generation} differs from the active one; it is not promoted`);
  }
  const { differences: _, ...report } = comparison;
  const record = { action: 'promoted', isEqual: comparison.isEqual, report, ...(signOff && { signOff }) } as const;
  return oneAtATime(database, async () => {
    await expectPromotable(database.db, candidate);
    return takeOver(database.db, candidate, record);
  });
}

/** Since it was compared, somebody may have promoted, retired or dropped it. */
async function expectPromotable(db: Kysely<ReadTables>, { generation }: Generation): Promise<void> {
  const found = (await listGenerations(db)).find((each) => each.generation === generation);
  if (found?.status === 'building' || found?.status === 'standby') return;
  throw new RebuildError(`generation ${generation} is ${found?.status ?? 'gone'}; settle rebuild makes another`);
}
