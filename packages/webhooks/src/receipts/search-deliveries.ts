/**
 * Pages through deliveries, newest first.
 *
 * The order is that of their ids, which begin with the millisecond of their event: it never changes, so pages neither
 * repeat nor skip, and a range of time is a range of ids. Merchant, endpoint, payout and time are served by an index.
 * State, last outcome and event type are not: an index over what changes with every attempt would cost each delivery
 * more than it gives the few searches. Their pages look through a bounded stretch instead: a page may then hold fewer
 * than `limit`, or nothing, and still have a next one.
 */
import type { Instant } from '@northwind/events';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DeliveryState } from '../delivery/decide-next-step.ts';
import type { Outcome } from '../delivery/outcome.ts';
import { DELIVERIES_PAGE_MAX, SEARCH_WALK_MAX } from '../limits.ts';
import type { WebhookEventType } from '../planning/event-types.ts';
import type { DeliveryTables } from '../tables.ts';
import { DELIVERY_COLUMNS, type DeliverySummary } from './delivery.ts';
import { firstIdOf } from './first-id-of.ts';

export interface DeliverySearch {
  /** Null: of all merchants, for operators. */
  readonly merchantId: string | null;
  readonly endpointId?: string | undefined;
  readonly payoutId?: string | undefined;
  readonly state?: DeliveryState | undefined;
  readonly outcome?: Outcome | undefined;
  readonly eventType?: WebhookEventType | undefined;
  /** When the event was recorded, to the millisecond: from this one on, up to and without that one. */
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
  readonly limit: number;
  /** `next` of the page before. */
  readonly before?: string | undefined;
  /** Deliveries that this page looks through at most. */
  readonly walkMax?: number;
}

export interface DeliveryPage {
  readonly deliveries: readonly DeliverySummary[];
  /** Null on the last page. */
  readonly next: string | null;
}

/** Served by deliveries_of_merchant, deliveries_of_endpoint, deliveries_by_payout or deliveries_pk. */
export async function searchDeliveries(db: Kysely<DeliveryTables>, search: DeliverySearch): Promise<DeliveryPage> {
  const limit = Math.max(1, Math.min(search.limit, DELIVERIES_PAGE_MAX));
  const lastOfWalk = await findLastOfWalk(db, search);
  const { rows } = await pageQuery(search, limit + 1, lastOfWalk).execute(db);
  const deliveries = rows.slice(0, limit);
  const isCut = rows.length > limit;
  return { deliveries, next: isCut ? (deliveries.at(-1)?.deliveryId ?? null) : lastOfWalk };
}

export function pageQuery(search: DeliverySearch, rowsMax: number, notBefore: string | null) {
  const { conditions, order } = rangeOf(search, notBefore);
  return sql<DeliverySummary>`
    select ${DELIVERY_COLUMNS} from delivery.deliveries d
    where ${sql.join([...conditions, ...changingConditions(search)], sql` and `)}
    order by ${order} limit ${rowsMax}::int8`;
}

/** Looked up before the page is read, so that what is planned meanwhile moves nothing out of it. */
async function findLastOfWalk(db: Kysely<DeliveryTables>, search: DeliverySearch): Promise<string | null> {
  if (changingConditions(search).length === 0) return null;
  const { rows } = await walkQuery(search).execute(db);
  return rows[0]?.deliveryId ?? null;
}

export function walkQuery(search: DeliverySearch) {
  const { walkMax = SEARCH_WALK_MAX } = search;
  const { conditions, order } = rangeOf(search, null);
  return sql<{ deliveryId: string }>`
    select d.delivery_id as "deliveryId" from delivery.deliveries d
    where ${sql.join(conditions, sql` and `)}
    order by ${order} offset ${walkMax - 1}::int8 limit 1`;
}

const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/**
 * What an index serves. The range and the order are of pairs (whose, id): with plain equality the planner would as soon
 * walk the primary key, past everybody else's deliveries, until it has met a page of the merchant's.
 */
function rangeOf(search: DeliverySearch, notBefore: string | null) {
  const { merchantId, endpointId, payoutId, from, to, before } = search;
  const first = [from === undefined ? FIRST_ID : firstIdOf(from), notBefore ?? FIRST_ID].reduce(larger);
  const end = [to === undefined ? LAST_ID : firstIdOf(to), before ?? LAST_ID].reduce(smaller);
  const range = (column: string, whose: string) => sql`
    (${sql.ref(column)}, d.delivery_id) >= (${whose}, ${first}::uuid)
    and (${sql.ref(column)}, d.delivery_id) < (${whose}, ${end}::uuid)`;
  if (payoutId !== undefined) {
    // Few, whoever asks. Without a merchant the index is asked for each that has endpoints.
    const whose =
      merchantId === null
        ? sql`any (array(select distinct e.merchant_id from delivery.endpoints e))`
        : sql`${merchantId}`;
    return {
      conditions: [
        sql`d.merchant_id = ${whose} and d.payout_id = ${payoutId}`,
        ...(endpointId === undefined ? [] : [sql`d.endpoint_id = ${endpointId}`]),
        sql`d.delivery_id >= ${first}::uuid and d.delivery_id < ${end}::uuid`,
      ],
      order: sql`d.delivery_id desc`,
    };
  }
  if (endpointId !== undefined) {
    // An endpoint is one merchant's: asked once, where "merchant_id =" would tempt into reading all of the merchant's.
    const isTheirs = sql`exists (
      select from delivery.endpoints e
      where e.endpoint_id = ${endpointId} and (${merchantId}::text is null or e.merchant_id = ${merchantId}))`;
    return {
      conditions: [isTheirs, range('d.endpoint_id', endpointId)],
      order: sql`d.endpoint_id desc, d.delivery_id desc`,
    };
  }
  if (merchantId !== null) {
    return { conditions: [range('d.merchant_id', merchantId)], order: sql`d.merchant_id desc, d.delivery_id desc` };
  }
  return {
    conditions: [sql`d.delivery_id >= ${first}::uuid and d.delivery_id < ${end}::uuid`],
    order: sql`d.delivery_id desc`,
  };
}

const larger = (a: string, b: string) => (a > b ? a : b);
const smaller = (a: string, b: string) => (a < b ? a : b);

function changingConditions({ state, outcome, eventType }: DeliverySearch): RawBuilder<unknown>[] {
  return [
    ...(state === undefined ? [] : [sql`d.state = ${state}`]),
    ...(outcome === undefined ? [] : [sql`d.last_outcome = ${outcome}`]),
    ...(eventType === undefined ? [] : [sql`d.event_type = ${eventType}`]),
  ];
}
