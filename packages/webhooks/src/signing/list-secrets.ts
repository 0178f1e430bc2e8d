/** The secrets that sign an endpoint's requests right now, without what is secret about them. */
import type { Instant } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import type { DeliveryTables } from '../tables.ts';
import { formatPublicKey } from './ed25519.ts';
import type { SigningScheme } from './scheme.ts';

export interface LiveSecret {
  /** As receipts name it. */
  readonly version: number;
  readonly scheme: SigningScheme;
  readonly createdAt: Instant;
  /** Null: the current one. Else it signs beside the current one until then. */
  readonly expiresAt: Instant | null;
  /** `whpk_…`; null for v1, whose secret can't be shown again. */
  readonly publicKey: string | null;
}

export interface SecretsOfEndpoint {
  readonly merchantId: string;
  readonly endpointId: string;
}

interface Row extends Omit<LiveSecret, 'publicKey'> {
  readonly publicKey: Buffer | null;
}

/** In the order of their signatures in the header; null when the merchant has no such endpoint. */
export async function listSecrets(
  db: Kysely<DeliveryTables>,
  { merchantId, endpointId }: SecretsOfEndpoint,
): Promise<LiveSecret[] | null> {
  const found = await sql`
    select from delivery.endpoints
    where endpoint_id = ${endpointId} and merchant_id = ${merchantId} and status <> 'removed'`.execute(db);
  return found.rows.length === 0 ? null : readLiveSecrets(db, endpointId);
}

/** Served by secrets_pk. */
export async function readLiveSecrets(db: Kysely<DeliveryTables>, endpointId: string): Promise<LiveSecret[]> {
  const { rows } = await sql<Row>`
    select version, scheme, created_at as "createdAt", expires_at as "expiresAt", public_key as "publicKey"
    from delivery.secrets
    where endpoint_id = ${endpointId} and (expires_at is null or expires_at > now())
    order by scheme, version desc`.execute(db);
  return rows.map((row) => ({ ...row, publicKey: row.publicKey && formatPublicKey(row.publicKey) }));
}
