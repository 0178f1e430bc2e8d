/** Registers where a merchant wants to be told. The secret is in the answer, once, and nowhere else in clear. */
import { type Kysely, sql } from 'kysely';
import { checkTarget, type TargetRules } from '../egress/check-target.ts';
import { BlockedTargetError, resolveAllowed } from '../egress/guarded-connector.ts';
import { createResolver, type ResolveHost } from '../egress/resolve-host.ts';
import { ENDPOINTS_PER_MERCHANT_MAX, MERCHANT_ID_LENGTH_MAX } from '../limits.ts';
import { DEFAULT_EVENT_TYPES, isWebhookEventType, type WebhookEventType } from '../planning/event-types.ts';
import { formatSecret, SECRET_BYTES } from '../signing/secret.ts';
import { createSecretBox, SECRET_NONCE_BYTES } from '../signing/secret-box.ts';
import type { DeliveryTables } from '../tables.ts';
import { ENDPOINT_COLUMNS, type Endpoint } from './endpoint.ts';
import { type EndpointProblem, type EndpointProblemCode, endpointProblem } from './endpoint-problem.ts';

export interface EndpointToRegister {
  readonly merchantId: string;
  readonly url: string;
  /** `payout.settled` by default. */
  readonly eventTypes?: readonly string[];
}

export interface RegisterOptions extends TargetRules {
  /** 32 bytes in base64, the same as the workers have. */
  readonly secretsKey: string;
  readonly randomBytes: (size: number) => Uint8Array;
  /** Who registers it, for the record of its secret; the merchant by default. */
  readonly actor?: string;
  /** The DNS by default. */
  readonly resolve?: ResolveHost;
}

export type RegisterResult =
  | { readonly ok: true; readonly endpoint: Endpoint; readonly secret: string }
  | { readonly ok: false; readonly problem: EndpointProblem };

/** A person waits for the answer; a name that does not resolve now is judged at every connection anyway. */
const LOOKUP = { timeoutMs: 1_000, tries: 1 };
const ENDPOINT_ID_BYTES = 16;
const FIRST_VERSION = 1;

/** The first of the problems wins, in the order of ENDPOINT_PROBLEMS. */
export async function registerEndpoint(
  db: Kysely<DeliveryTables>,
  wish: EndpointToRegister,
  options: RegisterOptions,
): Promise<RegisterResult> {
  const checked = await checkWish(wish, options);
  if (!checked.ok) return refuse(checked.code);
  const { url, eventTypes } = checked;
  const endpointId = `we_${Buffer.from(options.randomBytes(ENDPOINT_ID_BYTES)).toString('hex')}`;
  const key = options.randomBytes(SECRET_BYTES);
  const place = { endpointId, version: FIRST_VERSION };
  const sealed = createSecretBox(options.secretsKey).seal(key, place, options.randomBytes(SECRET_NONCE_BYTES));
  // The endpoint begins after the last change of a payout that its merchant could see when it was registered.
  const { rows } = await sql<Endpoint>`
    with registered as (
      insert into delivery.endpoints (endpoint_id, merchant_id, url, event_types, from_offset)
      select ${endpointId}, ${wish.merchantId}, ${url}, ${eventTypes}::text[],
             coalesce((select max("offset") + 1 from read.payouts where merchant_id = ${wish.merchantId}), 0)
      where (select count(*) from delivery.endpoints
             where merchant_id = ${wish.merchantId} and status <> 'removed') < ${ENDPOINTS_PER_MERCHANT_MAX}::int8
      returning *
    ), secret as (
      insert into delivery.secrets (endpoint_id, version, ciphertext, key_id)
      select endpoint_id, ${FIRST_VERSION}::int4, ${sealed.ciphertext}::bytea, ${sealed.keyId} from registered
    ), recorded as (
      insert into delivery.secret_actions (action, endpoint_id, version, scheme, actor)
      select 'created', endpoint_id, ${FIRST_VERSION}::int4, 'v1', ${options.actor ?? `merchant ${wish.merchantId}`}
      from registered
    )
    select ${ENDPOINT_COLUMNS} from registered`.execute(db);
  const [endpoint] = rows;
  return endpoint ? { ok: true, endpoint, secret: formatSecret(key) } : refuse('too_many_endpoints');
}

type CheckedWish =
  | { readonly ok: true; readonly url: string; readonly eventTypes: readonly WebhookEventType[] }
  | { readonly ok: false; readonly code: EndpointProblemCode };

async function checkWish(wish: EndpointToRegister, options: RegisterOptions): Promise<CheckedWish> {
  const { merchantId, eventTypes = DEFAULT_EVENT_TYPES } = wish;
  if (merchantId.length === 0 || merchantId.length > MERCHANT_ID_LENGTH_MAX) {
    return { ok: false, code: 'merchant_id_invalid' };
  }
  const target = checkTarget(wish.url, options);
  if (!target.ok) return target;
  if (await resolvesToForbidden(target.url.hostname, options)) return { ok: false, code: 'url_address_forbidden' };
  if (eventTypes.length === 0) return { ok: false, code: 'event_types_empty' };
  if (!eventTypes.every(isWebhookEventType)) return { ok: false, code: 'event_type_unknown' };
  return { ok: true, url: target.url.href, eventTypes: [...new Set(eventTypes.filter(isWebhookEventType))] };
}

async function resolvesToForbidden(host: string, options: RegisterOptions): Promise<boolean> {
  const { allowInsecureTargets } = options;
  const resolve = options.resolve ?? createResolver({ ...LOOKUP, allowLocalhost: allowInsecureTargets });
  try {
    await resolveAllowed(host, resolve, { allowInsecureTargets });
    return false;
  } catch (error) {
    return error instanceof BlockedTargetError;
  }
}

function refuse(code: EndpointProblemCode): RegisterResult {
  return { ok: false, problem: endpointProblem(code) };
}
