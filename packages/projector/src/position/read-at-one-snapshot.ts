/**
 * Several statements that see the database at one moment. What a reader gets must be as of the very coordinate it is
 * told, so the offsets and the rows are read in the same snapshot.
 */
import type { Kysely, Transaction } from 'kysely';

export function readAtOneSnapshot<DB, Answer>(
  db: Kysely<DB>,
  read: (trx: Transaction<DB>) => Promise<Answer>,
): Promise<Answer> {
  return db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(read);
}
