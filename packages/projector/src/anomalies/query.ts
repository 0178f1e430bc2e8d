/** A merchant's anomalies, newest first. Served by anomalies_by_merchant. */
import { type Kysely, sql } from 'kysely';
import type { ReadTables } from '../tables.ts';
import { selectList } from '../working-set/select-list.ts';
import { type AnomalyRow, anomaliesTable } from './table.ts';

/** As stored: amounts in the detail are JSON numbers. */
export interface StoredAnomaly extends Omit<AnomalyRow, 'detail'> {
  readonly detail: Readonly<Record<string, unknown>>;
}

export async function listAnomalies(
  db: Kysely<ReadTables>,
  { merchantId, limit }: { readonly merchantId: string; readonly limit: number },
): Promise<StoredAnomaly[]> {
  const { rows } = await sql<StoredAnomaly>`
    select ${selectList(anomaliesTable)} from read.anomalies
    where merchant_id = ${merchantId} order by "offset" desc limit ${limit}`.execute(db);
  return rows;
}
