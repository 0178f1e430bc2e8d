/** Anomalies, newest first: of a merchant, served by anomalies_by_merchant, or of all for whoever looks on. */
import { type Kysely, sql } from 'kysely';
import type { AnomalyKind } from '../folding.ts';
import type { ReadTables } from '../tables.ts';
import { selectList } from '../working-set/select-list.ts';
import { type AnomalyRow, anomaliesTable } from './table.ts';

/** As stored: amounts in the detail are JSON numbers. */
export interface StoredAnomaly extends Omit<AnomalyRow, 'detail'> {
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface AnomaliesWish {
  readonly merchantId?: string | undefined;
  readonly kind?: AnomalyKind | undefined;
  readonly limit: number;
}

export async function listAnomalies(db: Kysely<ReadTables>, wish: AnomaliesWish): Promise<StoredAnomaly[]> {
  const { merchantId, kind, limit } = wish;
  // Within a merchant's partition offsets are the order of time, and are what the index is in.
  const [ofMerchant, newest] =
    merchantId === undefined
      ? [sql`true`, sql`recorded_at desc, partition, "offset" desc`]
      : [sql`merchant_id = ${merchantId}`, sql`"offset" desc`];
  const { rows } = await sql<StoredAnomaly>`
    select ${selectList(anomaliesTable)} from read.anomalies
    where ${ofMerchant} and ${kind === undefined ? sql`true` : sql`kind = ${kind}`}
    order by ${newest}, kind limit ${limit}`.execute(db);
  return rows;
}
