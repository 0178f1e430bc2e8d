/**
 * The last day of a merchant that nothing can be added to any more, in UTC by the log's clock. Two things have to be
 * so: the day has been over for two minutes (an append takes its time before it commits, and its statement is ended
 * after a minute), and the read models have passed it in the merchant's partition: they hold all of it, or a later
 * day's change.
 */
import { asOfMerchant, readPosition } from '@northwind/projector';
import type { ReadTables } from '@northwind/projector/tables';
import { type Kysely, sql } from 'kysely';
import type { WebhookDatabase } from '../planning/create-planner.ts';

/** The read models are behind and have not passed anything that tells a day. */
const NONE_CLOSED = '0001-01-01';

/** `YYYY-MM-DD`. Inside one snapshot, which began with this transaction or after it. */
export async function findClosedDay(trx: Kysely<WebhookDatabase>, merchantId: string): Promise<string> {
  const { partition, offset } = asOfMerchant(await readPosition(trx as unknown as Kysely<ReadTables>), merchantId);
  const { rows } = await sql<{ day: string }>`
    select least(
             ((now() - interval '2 minutes') at time zone 'UTC')::date - 1,
             case when p.next_offset > ${offset}::int8 + 1 then coalesce((
               select (t.recorded_at at time zone 'UTC')::date - 1 from read.payout_transitions t
               where t.partition = p.partition order by t."offset" desc limit 1
             ), ${NONE_CLOSED}::date) end
           )::text as day
    from ledger.partitions p where p.partition = ${partition}`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw new Error(`the log has no partition ${partition}`);
  return row.day;
}
