/** Certificates as they are kept: the text, its hash, and the hash of the day before. */
import { type Kysely, sql } from 'kysely';
import { type Certificate, certificateBody, hashBody } from './certificate.ts';

export interface StoredCertificate {
  readonly partition: number;
  readonly day: string;
  readonly body: string;
  /** Hex, as `previous`. */
  readonly hash: string;
  readonly previous: string | null;
}

/** Of the days from the first to the last, by partition. */
export async function readCertificates(
  db: Kysely<unknown>,
  firstDay: string,
  lastDay: string,
): Promise<StoredCertificate[]> {
  const { rows } = await sql<StoredCertificate>`
    select partition, day, body, encode(hash, 'hex') as hash, encode(previous, 'hex') as previous
    from reconcile.certificates where day between ${firstDay}::date and ${lastDay}::date
    order by partition, day`.execute(db);
  return rows;
}

/** The last day that every partition is certified for; null when there is none. */
export async function readLastCertifiedDay(db: Kysely<unknown>): Promise<string | null> {
  const { rows } = await sql<{ day: string | null }>`
    select case when count(last_day) = count(*) then min(last_day) end as day
    from (select partition from ledger.partitions union all select -1) p
    left join (select partition, max(day) as last_day from reconcile.certificates group by partition) c
      using (partition)`.execute(db);
  return rows[0]?.day ?? null;
}

/** Returns the hash. Another run that stored the day meanwhile has said the same: the day is over. */
export async function storeCertificate(db: Kysely<unknown>, certificate: Certificate): Promise<string> {
  const body = certificateBody(certificate);
  const hash = hashBody(body);
  await sql`
    insert into reconcile.certificates (partition, day, previous, hash, body)
    values (${certificate.partition}, ${certificate.day}::date, decode(${certificate.previous}, 'hex'),
            decode(${hash}, 'hex'), ${body})
    on conflict do nothing`.execute(db);
  return hash;
}
