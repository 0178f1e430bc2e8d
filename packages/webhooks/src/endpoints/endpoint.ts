import type { Instant } from '@northwind/events';
import { sql } from 'kysely';
import type { WebhookEventType } from '../planning/event-types.ts';

/** An endpoint as its merchant sees it. Its secret is not part of it. */
export interface Endpoint {
  readonly endpointId: string;
  readonly merchantId: string;
  readonly url: string;
  readonly eventTypes: readonly WebhookEventType[];
  readonly status: 'enabled' | 'disabled';
  readonly createdAt: Instant;
  readonly disabledAt: Instant | null;
  /** `gone`: it answered 410. */
  readonly disabledReason: string | null;
}

export const ENDPOINT_COLUMNS = sql`
  endpoint_id as "endpointId", merchant_id as "merchantId", url, event_types as "eventTypes", status,
  created_at as "createdAt", disabled_at as "disabledAt", disabled_reason as "disabledReason"`;
