/** Registers where a merchant wants to be told. The secret is in the answer, once, and nowhere else in clear. */
import { type Kysely, sql } from 'kysely';
import { ENDPOINTS_PER_MERCHANT_MAX, MERCHANT_ID_LENGTH_MAX } from '../limits.ts';
import { DEFAULT_EVENT_TYPES } from '../planning/event-types.ts';
import { formatSecret, SECRET_BYTES } from '../signing/secret.ts';
import { createSecretBox, SECRET_NONCE_BYTES, type SealedSecret } from '../signing/secret-box.ts';
import type { DeliveryTables } from '../tables.ts';
import { type CheckOptions, checkEventTypes, checkUrl } from './check-endpoint.ts';
import { ENDPOINT_COLUMNS, type Endpoint, type EndpointColumns, toEndpoint } from './endpoint.ts';
import { type EndpointProblem, type EndpointProblemCode, endpointProblem } from './endpoint-problem.ts';
import { finishEnabling } from './finish-enabling.ts';
import type { MissedTables } from './plan-missed.ts';

export interface EndpointToRegister {
  readonly merchantId: string;
  readonly url: string;
  /** `payout.settled` by default. */
  readonly eventTypes?: readonly string[];
}

export interface RegisterOptions extends CheckOptions {
  /** 32 bytes in base64, the same as the workers have. */
  readonly secretsKey: string;
  readonly randomBytes: (size: number) => Uint8Array;
  /** Who registers it, for the record of its secret; the merchant by default. */
  readonly actor?: string;
}

export type RegisterResult =
  | { readonly ok: true; readonly endpoint: Endpoint; readonly secret: string }
  | { readonly ok: false; readonly problem: EndpointProblem };

const ENDPOINT_ID_BYTES = 16;
const FIRST_VERSION = 1;

/** The first of the problems wins, in the order of ENDPOINT_PROBLEMS. */
export async function registerEndpoint(
  db: Kysely<DeliveryTables>,
  wish: EndpointToRegister,
  options: RegisterOptions,
): Promise<RegisterResult> {
  if (wish.merchantId.length === 0 || wish.merchantId.length > MERCHANT_ID_LENGTH_MAX) {
    return refuse('merchant_id_invalid');
  }
  const target = await checkUrl(wish.url, options);
  if (!target.ok) return refuse(target.code);
  const types = checkEventTypes(wish.eventTypes ?? DEFAULT_EVENT_TYPES);
  if (!types.ok) return refuse(types.code);
  const endpointId = `we_${Buffer.from(options.randomBytes(ENDPOINT_ID_BYTES)).toString('hex')}`;
  const key = options.randomBytes(SECRET_BYTES);
  const secret = { endpointId, version: FIRST_VERSION };
  const sealed = createSecretBox(options.secretsKey).seal(key, secret, options.randomBytes(SECRET_NONCE_BYTES));
  const { eventTypes } = types;
  const row = await db
    .transaction()
    .execute((trx) => insert(trx, { ...wish, endpointId, url: target.url, eventTypes }, sealed, options.actor));
  if (row === undefined) return refuse('too_many_endpoints');
  // What was planned while that was not committed yet is its, too. Should this fail, a worker does it: nothing may keep
  // the secret from whoever registers, now that the endpoint is there.
  const place = { merchantId: wish.merchantId, endpointId };
  await finishEnabling(db as unknown as Kysely<MissedTables>, place).catch(() => undefined);
  return { ok: true, endpoint: toEndpoint(row), secret: formatSecret(key) };
}

type EndpointToInsert = Required<EndpointToRegister> & { readonly endpointId: string };

/** It begins after the last change of a payout that its merchant can see now. */
async function insert(
  trx: Kysely<DeliveryTables>,
  { endpointId, merchantId, url, eventTypes }: EndpointToInsert,
  sealed: SealedSecret,
  actor = `merchant ${merchantId}`,
): Promise<EndpointColumns | undefined> {
  // A merchant's registrations take turns, so that the next statement counts all of them.
  await sql`select pg_advisory_xact_lock(hashtextextended('webhook endpoints of ' || ${merchantId}, 0))`.execute(trx);
  const { rows } = await sql<EndpointColumns>`
    with registered as (
      insert into delivery.endpoints (
        endpoint_id, merchant_id, url, event_types, from_offset, registered_from, catch_up_from, enabling_since)
      select ${endpointId}, ${merchantId}, ${url}, ${eventTypes}::text[],
             visible.next, visible.next, visible.next, now()
      from (select coalesce(max("offset") + 1, 0) as next from read.payouts
            where merchant_id = ${merchantId}) visible
      where (select count(*) from delivery.endpoints
             where merchant_id = ${merchantId} and status <> 'removed') < ${ENDPOINTS_PER_MERCHANT_MAX}::int8
      returning *
    ), secret as (
      insert into delivery.secrets (endpoint_id, version, ciphertext, key_id)
      select endpoint_id, ${FIRST_VERSION}::int4, ${sealed.ciphertext}::bytea, ${sealed.keyId} from registered
    ), recorded as (
      insert into delivery.secret_actions (action, endpoint_id, version, scheme, actor)
      select 'created', endpoint_id, ${FIRST_VERSION}::int4, 'v1', ${actor}
      from registered
    )
    -- Its health is made by a trigger and not visible yet; none is a healthy one.
    select ${ENDPOINT_COLUMNS}
    from registered e left join delivery.endpoint_health h on h.endpoint_id = e.endpoint_id`.execute(trx);
  return rows[0];
}

function refuse(code: EndpointProblemCode): RegisterResult {
  return { ok: false, problem: endpointProblem(code) };
}
