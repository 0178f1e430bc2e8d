/** The record of what was done with signing secrets: `delivery.secret_actions`, only added to. */
import type { Kysely } from 'kysely';
import type { DeliveryTables } from '../tables.ts';
import type { SigningScheme } from './scheme.ts';

export const SECRET_ACTIONS = ['created', 'rotated', 'expired', 'removed', 'resealed'] as const;
export type SecretActionKind = (typeof SECRET_ACTIONS)[number];

/** Whose word something was done by. */
export interface ActedBy {
  /** `merchant key_…`, `merchant session …`, or a person's name; at most 200 characters. */
  readonly actor: string;
  /** At most 500 characters. */
  readonly reason?: string;
}

export interface SecretActionToRecord extends ActedBy {
  readonly action: SecretActionKind;
  readonly endpointId: string;
  readonly version: number;
  readonly scheme: SigningScheme;
}

/** In the transaction that does it, so that neither is there without the other. */
export async function recordSecretActions(
  db: Kysely<DeliveryTables>,
  actions: readonly SecretActionToRecord[],
): Promise<void> {
  if (actions.length === 0) return;
  const rows = actions.map(({ action, endpointId, version, scheme, actor, reason = null }) => ({
    action,
    endpoint_id: endpointId,
    version,
    scheme,
    actor,
    reason,
  }));
  await db.insertInto('delivery.secret_actions').values(rows).execute();
}
