/**
 * Sends statements one behind the other on one connection, without waiting for an answer in between: the server works
 * on one while the next is made. They are carried out in their order, and when one fails, none after it is.
 */
import type { CompiledQuery, Kysely, QueryResult } from 'kysely';

/** The answers, in the same order. `db` is a transaction on a database that was opened with `pipeline`. */
export function runTogether<Row>(
  db: Kysely<unknown>,
  statements: Iterable<CompiledQuery<Row>>,
): Promise<QueryResult<Row>[]> {
  return db
    .getExecutor()
    .provideConnection((connection) =>
      Promise.all(Array.from(statements, (statement) => connection.executeQuery<Row>(statement))),
    );
}
