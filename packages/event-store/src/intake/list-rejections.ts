/** Rejections, newest first: messages that are no event, with their raw body. */
import type { Instant } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import type { LedgerTables } from '../tables.ts';

export interface StoredRejection {
  readonly rejectionId: bigint;
  readonly messageId: string;
  readonly code: string;
  /** Path of the wrong field; empty for the whole body. */
  readonly field: string;
  readonly reason: string;
  /** The raw body, decoded as UTF-8. */
  readonly body: string;
  readonly recordedAt: Instant;
  readonly seen: bigint;
}

export async function listRejections(
  db: Kysely<LedgerTables>,
  { limit }: { limit: number },
): Promise<StoredRejection[]> {
  const { rows } = await sql<Omit<StoredRejection, 'body'> & { body: Buffer }>`
    select rejection_id as "rejectionId", message_id as "messageId", code, field, reason, body,
           recorded_at as "recordedAt", seen
    from ledger.rejections order by rejection_id desc limit ${limit}`.execute(db);
  return rows.map((row) => ({ ...row, body: row.body.toString('utf8') }));
}
