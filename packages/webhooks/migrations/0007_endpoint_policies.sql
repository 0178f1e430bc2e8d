-- How each endpoint wants to be treated, and how it fares. What a merchant sets stands with the endpoint; what the
-- workers learn about it stands apart, in a narrow row that is written only when something changed: a healthy endpoint
-- costs nothing.

alter table delivery.endpoints
  add column retry_policy jsonb,
  add column timeout_ms int4,
  add column rate_per_second float8,
  add column is_ordered boolean not null default false,
  add column catch_up_from int8,
  add constraint endpoints_retry_policy_is_object check (jsonb_typeof(retry_policy) = 'object'),
  add constraint endpoints_timeout_bounded check (timeout_ms between 1000 and 30000),
  add constraint endpoints_rate_bounded check (rate_per_second between 0.1 and 1000),
  add constraint endpoints_catch_up_not_negative check (catch_up_from >= 0);

comment on column delivery.endpoints.retry_policy is
  'waits, window and jitter as the merchant set them, checked at the boundary; null: the default of the workers';
comment on column delivery.endpoints.timeout_ms is 'total deadline of an attempt; null: the default of the workers';
comment on column delivery.endpoints.rate_per_second is 'requests a second at most, over all workers; null: no limit';
comment on column delivery.endpoints.is_ordered is
  'a delivery waits while an earlier one of the same payout is pending here';
comment on column delivery.endpoints.catch_up_from is
  'offset that a catch-up has come to: what was missed while the endpoint was disabled is planned from there on';

create table delivery.endpoint_health (
  endpoint_id text not null,
  consecutive_failures int4 not null default 0,
  failing_since timestamptz,
  last_failure_at timestamptz,
  last_failure text,
  disables_at timestamptz,
  warned_percent int2 not null default 0,
  warned_at timestamptz,
  concurrency_now float8,
  reduced_at timestamptz,
  open_until timestamptz,
  openings int4 not null default 0,
  probe_id uuid,
  probe_until timestamptz,
  tokens float8 not null default 1,
  tokens_at timestamptz not null default now(),
  constraint endpoint_health_pk primary key (endpoint_id),
  constraint endpoint_health_of_endpoint foreign key (endpoint_id) references delivery.endpoints (endpoint_id),
  constraint endpoint_health_failing_since_the_first check (
    (consecutive_failures > 0) = (failing_since is not null) and (failing_since is null) = (disables_at is null)
  ),
  constraint endpoint_health_warned_known check (warned_percent in (0, 50, 70, 90)),
  constraint endpoint_health_warned_while_failing check (
    (warned_percent = 0) = (warned_at is null) and (warned_percent = 0 or failing_since is not null)
  ),
  constraint endpoint_health_concurrency_positive check (concurrency_now >= 1),
  constraint endpoint_health_probe_while_open check (
    (probe_id is null) = (probe_until is null) and (probe_id is null or open_until is not null)
  ),
  constraint endpoint_health_openings_while_open check ((openings = 0) = (open_until is null))
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

comment on column delivery.endpoint_health.failing_since is 'first of the failures since which nothing succeeded';
comment on column delivery.endpoint_health.disables_at is 'when the endpoint is disabled if nothing succeeds before';
comment on column delivery.endpoint_health.concurrency_now is
  'attempts in flight at most, for now: halved on overload, recovering with successes; null: as many as it may have';
comment on column delivery.endpoint_health.open_until is
  'the circuit is open: nothing is sent before, then one probe at a time; null: closed';
comment on column delivery.endpoint_health.openings is 'how often it opened since the last success: each pause doubles';
comment on column delivery.endpoint_health.tokens is 'requests that the rate allowed at tokens_at';

insert into delivery.endpoint_health (endpoint_id) select endpoint_id from delivery.endpoints;

-- Whoever makes an endpoint makes its health: claims and recordings rely on the row.
create function delivery.add_endpoint_health() returns trigger language plpgsql as $$
begin
  insert into delivery.endpoint_health (endpoint_id) values (new.endpoint_id);
  return null;
end $$;

create trigger endpoints_have_health after insert on delivery.endpoints
  for each row execute function delivery.add_endpoint_health();

alter table delivery.queue add column began_at timestamptz not null default now();
comment on column delivery.queue.began_at is
  'when this run of attempts began: the window to give up in counts from here';

-- Two answers more that end a delivery: what the header webhook-delivery asks for.
alter table delivery.attempts drop constraint attempts_outcome_known;
alter table delivery.attempts add constraint attempts_outcome_known check (outcome in (
  'delivered', 'redirect_not_followed', 'gone', 'disable_requested', 'abort_requested', 'rate_limited', 'client_error',
  'server_error', 'unexpected_status', 'timeout', 'connect_timeout', 'dns_failed', 'connection_refused',
  'connection_reset', 'connection_failed', 'tls_failed', 'response_invalid', 'blocked_target', 'secret_unavailable',
  'interrupted', 'lease_expired'
));

grant select, update on delivery.endpoint_health to settlement_webhooks;
-- Enabling again starts afresh, releases what waits and plans what was missed.
grant select, insert, update on delivery.endpoint_health to settlement_api;
grant insert on delivery.deliveries to settlement_api;
grant insert, update on delivery.queue to settlement_api;
grant select on delivery.endpoint_health to settlement_reader;
