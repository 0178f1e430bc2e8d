/** Whether the certificates are what they were: each hash is that of its text, and each names the one before. */
import { type Kysely, sql } from 'kysely';

export interface ChainReport {
  readonly certificates: number;
  /** Each names the partition and the day. */
  readonly problems: readonly string[];
}

interface Link {
  readonly partition: number;
  readonly day: string;
  readonly problem: string;
}

/** Reads the whole chain; hashing is the database's. */
export async function checkChain(db: Kysely<unknown>): Promise<ChainReport> {
  const { rows: counted } = await sql<{ certificates: bigint }>`
    select count(*) as certificates from reconcile.certificates`.execute(db);
  const { rows } = await sql<Link>`
    select partition, day, problem
    from (
      select partition, day,
             case
               when hash <> sha256(convert_to(body, 'UTF8')) then 'its hash is not that of its text'
               when body::json->>'previous' is distinct from encode(previous, 'hex')
                 then 'its text names another day before than its row'
               when (body::json->>'partition')::int8 <> partition or (body::json->>'day')::date <> day
                 then 'its text is that of another day or partition'
               when before_day is null and previous is not null then 'the day before is gone'
               when before_day is null and day <> first_day then 'the days before are gone'
               when before_day is not null and before_day <> day - 1 then 'the day before is gone'
               when before_day is not null and previous is distinct from before_hash
                 then 'the day before was changed after this one was certified'
             end as problem
      from (
        select c.*, lag(hash) over chain as before_hash, lag(day) over chain as before_day,
               min(day) over () as first_day
        from reconcile.certificates c
        window chain as (partition by partition order by day)
      ) c
    ) link
    where problem is not null
    order by partition, day`.execute(db);
  return { certificates: Number(counted[0]?.certificates ?? 0n), problems: rows.map(describe) };
}

function describe({ partition, day, problem }: Link): string {
  return `partition ${partition}, ${day}: ${problem}`;
}
