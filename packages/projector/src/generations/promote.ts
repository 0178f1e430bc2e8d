/** `settle rebuild --promote`: what was rebuilt and compared takes over. */
import type { Database } from '@northwind/service-kit';
import type { ReadTables } from '../tables.ts';
import { toReport } from './compare-generations.ts';
import { type Generation, readActiveGeneration } from './generation.ts';
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
  const { differences: _, ...report } = toReport(comparison);
  const record = { action: 'promoted', isEqual: comparison.isEqual, report, ...(signOff && { signOff }) } as const;
  return oneAtATime(database, async () => {
    const active = await readActiveGeneration(database.db);
    if (active.generation !== comparison.active.generation) {
      throw new RebuildError(`generation ${active.generation} is active by now; settle rebuild compares with it`);
    }
    return takeOver(database.db, candidate, record);
  });
}
