import type { Instant } from '@northwind/events';
import { type Kysely, sql } from 'kysely';
import { SECRET_ACTIONS_PAGE_MAX } from '../limits.ts';
import type { DeliveryTables } from '../tables.ts';
import type { SecretsOfEndpoint } from './list-secrets.ts';
import type { SecretActionKind } from './record-secret-action.ts';
import type { SigningScheme } from './scheme.ts';

export interface SecretAction {
  readonly actionId: bigint;
  readonly action: SecretActionKind;
  /** The version that was made, rotated in, or taken away. */
  readonly version: number;
  readonly scheme: SigningScheme;
  readonly actor: string;
  readonly reason: string | null;
  readonly actedAt: Instant;
}

export interface SecretActionsWish extends SecretsOfEndpoint {
  /** Only actions before this one. */
  readonly before?: bigint;
  readonly limit?: number;
}

/** Newest first, also of a removed endpoint; null when the merchant never had it. By secret_actions_by_endpoint. */
export async function listSecretActions(
  db: Kysely<DeliveryTables>,
  { merchantId, endpointId, before, limit = SECRET_ACTIONS_PAGE_MAX }: SecretActionsWish,
): Promise<SecretAction[] | null> {
  const found = await sql`
    select from delivery.endpoints where endpoint_id = ${endpointId} and merchant_id = ${merchantId}`.execute(db);
  if (found.rows.length === 0) return null;
  const { rows } = await sql<SecretAction>`
    select action_id as "actionId", action, version, scheme, actor, reason, acted_at as "actedAt"
    from delivery.secret_actions
    where endpoint_id = ${endpointId} ${before === undefined ? sql`` : sql`and action_id < ${before}::int8`}
    order by action_id desc
    limit ${Math.max(0, Math.min(limit, SECRET_ACTIONS_PAGE_MAX))}::int8`.execute(db);
  return rows;
}
