/** Who asks, and by what right. */

export const ROLES = ['merchant', 'finance', 'operator'] as const;
export type Role = (typeof ROLES)[number];

/** What a caller proved itself with. A socket lives no longer than the credential its ticket was issued to. */
export type Credential =
  | { readonly kind: 'key'; readonly keyId: string }
  | { readonly kind: 'session'; readonly sessionHash: Buffer };

export interface Principal {
  readonly role: Role;
  /** Set for merchants, null for finance and operators. */
  readonly merchantId: string | null;
  readonly credential: Credential;
}

/** Enough to find the session by, and no way back to its cookie. */
const SESSION_NAME_LENGTH = 12;

/** What a role may do. A total table: a new role or right has to be decided here. */
const RIGHTS = {
  merchant: { readsAnyMerchant: false, managesEndpoints: true, rotatesSecrets: true, resendsDeliveries: true },
  finance: { readsAnyMerchant: true, managesEndpoints: false, rotatesSecrets: false, resendsDeliveries: false },
  operator: { readsAnyMerchant: true, managesEndpoints: true, rotatesSecrets: true, resendsDeliveries: true },
} as const satisfies Record<Role, Record<string, boolean>>;

export type Right = keyof (typeof RIGHTS)[Role];

/** Who did it, for a record: `merchant key_…`, `operator session 1f2e…`. Nothing in it is secret. */
export function describePrincipal({ role, credential }: Principal): string {
  if (credential.kind === 'key') return `${role} ${credential.keyId}`;
  return `${role} session ${credential.sessionHash.toString('hex').slice(0, SESSION_NAME_LENGTH)}`;
}

export function may(principal: Principal, right: Right): boolean {
  return RIGHTS[principal.role][right];
}

/** Who it was, for a record that merchants read too: `merchant (portal)`, `operator (key 4f0c…)`. */
export function actorOf({ role, credential }: Principal): string {
  return `${role} (${credential.kind === 'key' ? `key ${credential.keyId}` : 'portal'})`;
}
