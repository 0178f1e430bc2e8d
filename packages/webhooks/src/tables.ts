/** The tables of schema `delivery` as Kysely sees them. int8 is bigint; timestamptz is a canonical Instant string. */
import type { Instant } from '@northwind/events';
import type { Generated, GeneratedAlways } from 'kysely';
import type { DeliveryState } from './delivery/decide-next-step.ts';
import type { Outcome } from './delivery/outcome.ts';

export interface DeliveryTables {
  'delivery.endpoints': EndpointsTable;
  'delivery.secrets': SecretsTable;
  'delivery.deliveries': DeliveriesTable;
  'delivery.queue': QueueTable;
  'delivery.attempts': AttemptsTable;
}

export interface EndpointsTable {
  endpoint_id: string;
  merchant_id: string;
  url: string;
  event_types: Generated<string[]>;
  status: Generated<'enabled' | 'disabled' | 'removed'>;
  from_offset: Generated<bigint>;
  concurrency_max: Generated<number>;
  created_at: Generated<Instant>;
  disabled_at: Instant | null;
  disabled_reason: string | null;
}

export interface SecretsTable {
  endpoint_id: string;
  version: number;
  ciphertext: Buffer;
  key_id: string;
  created_at: Generated<Instant>;
  expires_at: Instant | null;
}

export interface DeliveriesTable {
  delivery_id: string;
  webhook_id: GeneratedAlways<string>;
  endpoint_id: string;
  merchant_id: string;
  partition: number;
  offset: bigint;
  event_type: string;
  payout_id: string;
  body: string;
  state: Generated<DeliveryState>;
  attempts_made: Generated<number>;
  last_outcome: Outcome | null;
  next_attempt_at: Instant | null;
  created_at: Generated<Instant>;
  completed_at: Instant | null;
}

export interface QueueTable {
  delivery_id: string;
  endpoint_id: string;
  priority: Generated<number>;
  due_at: Instant;
  scheduled_at: Instant;
  claimed_at: Instant | null;
  attempt: Generated<number>;
  retries: Generated<number>;
}

export interface AttemptsTable {
  delivery_id: string;
  attempt: number;
  scheduled_at: Instant;
  started_at: Instant;
  finished_at: Instant | null;
  duration_ms: number | null;
  outcome: Outcome;
  detail: string | null;
  secret_version: number | null;
  response_status: number | null;
  response_headers: unknown;
  response_body: string | null;
  response_truncated: Generated<boolean>;
  next_attempt_at: Instant | null;
  first_byte_at: Instant | null;
  dns_ms: number | null;
  connect_ms: number | null;
  tls_ms: number | null;
  wait_ms: number | null;
  destination_ip: string | null;
  request_headers: unknown;
  response_sha256: Buffer | null;
}
