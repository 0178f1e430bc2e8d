/**
 * The hash of a row `t`, over its whole binary form. PostgreSQL's hash of a record is a sum over its columns: summed up
 * over rows, it would not see values that two rows have exchanged. Nor do the hashes of its types tell all values
 * apart: that of an int8 folds it to 32 bits.
 */
import { sql } from 'kysely';

export const ROW_HASH = sql`hash_record_extended(row(record_send(t)), 0)`;
