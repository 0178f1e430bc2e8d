/** The tables of schema `delivery` as Kysely sees them. int8 is bigint; timestamptz is a canonical Instant string. */
import type { Instant } from '@northwind/events';
import type { Generated, GeneratedAlways } from 'kysely';
import type { DeliveryState } from './delivery/decide-next-step.ts';
import type { Outcome } from './delivery/outcome.ts';
import type { RetryPolicy } from './policy/retry-policy.ts';
import type { ResendFilter } from './resending/resend-filter.ts';
import type { ResendItemState, ResendJobState } from './resending/resend-job.ts';
import type { SecretActionKind } from './signing/record-secret-action.ts';
import type { SigningScheme } from './signing/scheme.ts';

export interface DeliveryTables {
  'delivery.endpoints': EndpointsTable;
  'delivery.endpoint_health': EndpointHealthTable;
  'delivery.secrets': SecretsTable;
  'delivery.secret_actions': SecretActionsTable;
  'delivery.deliveries': DeliveriesTable;
  'delivery.queue': QueueTable;
  'delivery.attempts': AttemptsTable;
  'delivery.digests': DigestsTable;
  'delivery.dead_letters': DeadLettersTable;
  'delivery.resend_jobs': ResendJobsTable;
  'delivery.resend_items': ResendItemsTable;
}

export interface EndpointsTable {
  endpoint_id: string;
  merchant_id: string;
  url: string;
  event_types: Generated<string[]>;
  status: Generated<'enabled' | 'disabled' | 'removed'>;
  from_offset: Generated<bigint>;
  registered_from: Generated<bigint>;
  concurrency_max: Generated<number>;
  created_at: Generated<Instant>;
  disabled_at: Instant | null;
  disabled_reason: string | null;
  retry_policy: RetryPolicy | null;
  timeout_ms: number | null;
  rate_per_second: number | null;
  is_ordered: Generated<boolean>;
  catch_up_from: bigint | null;
  enabling_since: Instant | null;
}

export interface EndpointHealthTable {
  endpoint_id: string;
  consecutive_failures: Generated<number>;
  failing_since: Instant | null;
  last_failure_at: Instant | null;
  last_failure: Outcome | null;
  disables_at: Instant | null;
  warned_percent: Generated<number>;
  warned_at: Instant | null;
  concurrency_now: number | null;
  reduced_at: Instant | null;
  open_until: Instant | null;
  openings: Generated<number>;
  probe_id: string | null;
  probe_until: Instant | null;
  tokens: Generated<number>;
  tokens_at: Generated<Instant>;
}

export interface SecretsTable {
  endpoint_id: string;
  version: number;
  ciphertext: Buffer;
  key_id: string;
  created_at: Generated<Instant>;
  expires_at: Instant | null;
  scheme: Generated<SigningScheme>;
  public_key: Buffer | null;
}

export interface SecretActionsTable {
  action_id: GeneratedAlways<bigint>;
  action: SecretActionKind;
  endpoint_id: string;
  version: number;
  scheme: SigningScheme;
  actor: string;
  reason: string | null;
  acted_at: Generated<Instant>;
}

export interface DeliveriesTable {
  delivery_id: string;
  webhook_id: GeneratedAlways<string>;
  endpoint_id: string;
  merchant_id: string;
  /** Null, like offset and payout, where no transition is told of: tests and digests. */
  partition: number | null;
  offset: bigint | null;
  event_type: string;
  payout_id: string | null;
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
  triggered_by: Generated<string>;
  wanted_by: string | null;
  leases_lost: Generated<number>;
  began_at: Generated<Instant>;
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
  triggered_by: Generated<string>;
}

export interface DeadLettersTable {
  delivery_id: string;
  last_outcome: Outcome;
  exhausted_at: Generated<Instant>;
  announce_at: Generated<Instant | null>;
}

export interface ResendJobsTable {
  job_id: string;
  merchant_id: string | null;
  filter: ResendFilter;
  requested_by: string;
  state: Generated<ResendJobState>;
  rate_per_second: number;
  total: bigint;
  created_at: Generated<Instant>;
  next_batch_at: Generated<Instant>;
  next_look_at: Generated<Instant>;
  finished_at: Instant | null;
}

export interface ResendItemsTable {
  job_id: string;
  delivery_id: string;
  endpoint_id: string;
  state: Generated<ResendItemState>;
  reason: string | null;
  finished_at: Instant | null;
}

export interface DigestsTable {
  endpoint_id: string;
  day: string;
  delivery_id: string;
  body: string;
  created_at: Generated<Instant>;
  first_byte_at: Instant | null;
  dns_ms: number | null;
  connect_ms: number | null;
  tls_ms: number | null;
  wait_ms: number | null;
  destination_ip: string | null;
  request_headers: unknown;
  response_sha256: Buffer | null;
}
