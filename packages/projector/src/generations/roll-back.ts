/** `settle rebuild --rollback`: the way back after a promotion. */
import type { Database } from '@northwind/service-kit';
import type { ReadTables } from '../tables.ts';
import { type Generation, listGenerations } from './generation.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { RebuildError } from './rebuild-error.ts';
import type { SignOff } from './record-action.ts';
import { takeOver } from './take-over.ts';

/**
 * To the generation that was active before; it was kept fresh since. Throws RebuildError when there is none, GateError
 * while readers hold on.
 */
export async function rollBack(database: Database<ReadTables>, signOff: SignOff): Promise<Generation> {
  return oneAtATime(database, async () => {
    const generations = await listGenerations(database.db);
    const active = generations.find(({ status }) => status === 'active');
    const before = generations.findLast(
      ({ status, generation }) => status === 'standby' && generation < (active?.generation ?? 0),
    );
    if (before === undefined) {
      throw new RebuildError('no earlier generation stands by: there is nothing to go back to');
    }
    return takeOver(database.db, before, { action: 'rolled_back', signOff });
  });
}
