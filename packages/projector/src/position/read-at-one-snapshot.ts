/**
 * Several statements that see the database at one moment. What a reader gets must be as of the very coordinate it is
 * told, so the offsets and the rows are read in the same snapshot.
 *
 * Where the views point is no part of a snapshot: a generation that took over in the middle would show its rows beside
 * the old one's offsets. So the gate is locked first, before there is a snapshot; a take-over waits for it.
 */
import { type Kysely, sql, type Transaction } from 'kysely';

export function readAtOneSnapshot<DB, Answer>(
  db: Kysely<DB>,
  read: (trx: Transaction<DB>) => Promise<Answer>,
): Promise<Answer> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => {
      await sql`lock table read.generations in access share mode`.execute(trx);
      return read(trx);
    });
}
