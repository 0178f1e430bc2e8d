/** Conflicts, newest first: the same idempotency key arrived with another body. */
import type { Instant } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import type { LedgerTables } from '../tables.ts';

export interface Conflict {
  readonly conflictId: bigint;
  readonly idempotencyKey: string;
  readonly firstPartition: number;
  readonly firstOffset: bigint;
  readonly differingFields: readonly string[];
  readonly type: string;
  readonly merchantId: string;
  readonly subject: string;
  readonly occurredAt: Instant;
  readonly firstData: unknown;
  readonly data: unknown;
  readonly messageId: string | null;
  readonly recordedAt: Instant;
  readonly seen: bigint;
}

export async function listConflicts(db: Kysely<LedgerTables>, { limit }: { limit: number }): Promise<Conflict[]> {
  const { rows } = await sql<Conflict>`
    select conflict_id as "conflictId", idempotency_key as "idempotencyKey", first_partition as "firstPartition",
           first_offset as "firstOffset", differing_fields as "differingFields", type,
           merchant_id as "merchantId", subject,
           occurred_at as "occurredAt", first_data as "firstData", data, message_id as "messageId",
           recorded_at as "recordedAt", seen
    from ledger.conflicts order by conflict_id desc limit ${limit}`.execute(db);
  return rows;
}
