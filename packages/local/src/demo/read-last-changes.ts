import { sql } from 'kysely';
import type { DemoDatabase } from './demo-database.ts';

/**
 * Offset of the last event that changed what each merchant's page shows. Events may come after it that change nothing,
 * such as the opening of a dispute that is known to be lost; a page is not told of those.
 */
export async function readLastChanges({ db }: DemoDatabase): Promise<ReadonlyMap<string, bigint>> {
  const { rows } = await sql<{ merchantId: string; offset: bigint }>`
    select merchant_id as "merchantId", max("offset") as "offset"
    from (select merchant_id, "offset" from read.balances
          union all select merchant_id, "offset" from read.payouts) changed
    group by merchant_id`.execute(db);
  return new Map(rows.map(({ merchantId, offset }) => [merchantId, offset]));
}
