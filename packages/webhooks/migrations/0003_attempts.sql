-- Receipts: one row per attempt, written when it is over. An attempt whose worker vanished gets one too, when its lease
-- has ended, so that every request that may have reached a merchant is explained.

create table delivery.attempts (
  delivery_id uuid not null,
  attempt int4 not null,
  scheduled_at timestamptz not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  duration_ms int4,
  outcome text not null,
  detail text,
  secret_version int4,
  response_status int4,
  response_headers jsonb,
  response_body text,
  response_truncated boolean not null default false,
  next_attempt_at timestamptz,
  constraint attempts_pk primary key (delivery_id, attempt),
  constraint attempts_number_positive check (attempt > 0),
  constraint attempts_outcome_known check (outcome in (
    'delivered', 'redirect_not_followed', 'gone', 'rate_limited', 'client_error', 'server_error', 'unexpected_status',
    'timeout', 'connect_timeout', 'dns_failed', 'connection_refused', 'connection_reset', 'connection_failed',
    'tls_failed', 'response_invalid', 'blocked_target', 'secret_unavailable', 'interrupted', 'lease_expired'
  )),
  constraint attempts_body_bounded check (octet_length(response_body) <= 196608)
);

comment on column delivery.attempts.finished_at is 'null when nobody was there to see the end (lease_expired)';
comment on column delivery.attempts.response_body is
  'decoded, at most 64 KiB of bytes; what is not UTF-8 became U+FFFD, which may take three bytes for one';
