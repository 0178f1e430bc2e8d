/**
 * The hash of a row `t`, over its whole binary form. PostgreSQL's hash of a record is a sum over its columns: summed up
 * over rows, it would not see values that two rows have exchanged.
 */
import { sql } from 'kysely';

export const ROW_HASH = sql`hash_record_extended(row(record_send(t)), 0)`;
