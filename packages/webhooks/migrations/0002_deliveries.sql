-- One delivery per transition and endpoint, and the queue of those that are not finished.
--
-- They are two tables because they live at different speeds. A delivery is wide (its body) and has four indexes; it is
-- updated once an attempt, and never in an indexed column, so each update stays on its page. A queue row is narrow,
-- moves twice an attempt and is gone when the delivery is finished: claims scan only what is waiting.

create table delivery.deliveries (
  delivery_id uuid not null,
  webhook_id text not null generated always as ('msg_' || replace(delivery_id::text, '-', '')) stored,
  endpoint_id text not null,
  merchant_id text not null,
  partition int2 not null,
  "offset" int8 not null,
  event_type text not null,
  payout_id text not null,
  body text not null,
  state text not null default 'pending',
  attempts_made int4 not null default 0,
  last_outcome text,
  next_attempt_at timestamptz,
  created_at timestamptz not null default now(),
  completed_at timestamptz,
  constraint deliveries_pk primary key (delivery_id),
  constraint deliveries_one_per_transition unique (endpoint_id, partition, "offset"),
  constraint deliveries_of_endpoint foreign key (endpoint_id) references delivery.endpoints (endpoint_id),
  constraint deliveries_state_known check (state in ('pending', 'delivered', 'exhausted', 'cancelled')),
  constraint deliveries_completed_when_final check ((state = 'pending') = (completed_at is null)),
  constraint deliveries_next_attempt_while_pending check ((state = 'pending') = (next_attempt_at is not null)),
  constraint deliveries_body_bounded check (octet_length(body) <= 262144)
) with (fillfactor = 80);

comment on column delivery.deliveries.delivery_id is
  'UUIDv8 of the transition''s recorded_at, endpoint, partition and offset: planning again gives the same id';
comment on column delivery.deliveries.webhook_id is
  'what the merchant tells repeated deliveries by; unique as delivery_id is';

create index deliveries_by_payout on delivery.deliveries (merchant_id, payout_id);
comment on index delivery.deliveries_by_payout is 'the deliveries of one payout, for the portal';
create index deliveries_recent on delivery.deliveries (merchant_id, "offset" desc);
comment on index delivery.deliveries_recent is 'a merchant''s latest deliveries';

create table delivery.queue (
  delivery_id uuid not null,
  endpoint_id text not null,
  priority int2 not null default 0,
  due_at timestamptz not null,
  scheduled_at timestamptz not null,
  claimed_at timestamptz,
  attempt int4 not null default 0,
  retries int4 not null default 0,
  constraint queue_pk primary key (delivery_id),
  constraint queue_priority_known check (priority in (0, 1)),
  constraint queue_counts_not_negative check (attempt >= 0 and retries >= 0)
) with (
  fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_cost_delay = 0
);

comment on table delivery.queue is
  'exactly the pending deliveries; no foreign key, because both rows are written and removed by the same statements';
comment on column delivery.queue.priority is '0 first attempt, 1 later ones: first attempts never wait behind retries';
comment on column delivery.queue.due_at is 'when it may be claimed; while it is claimed, when the lease ends';
comment on column delivery.queue.attempt is
  'number of the latest attempt; each claim raises it, so it fences a late worker off';
comment on column delivery.queue.retries is 'steps of the retry schedule that were used';

create index queue_due on delivery.queue (endpoint_id, priority, due_at);
comment on index delivery.queue_due is 'claiming: endpoints that have anything waiting, and the first due of each';
create index queue_in_flight on delivery.queue (endpoint_id, due_at) where claimed_at is not null;
comment on index delivery.queue_in_flight is 'claiming: how many attempts an endpoint has in flight';
