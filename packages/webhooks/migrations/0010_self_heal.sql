-- Deliveries that tell of no transition: a test that a merchant asked for, and the digest of a day. They have no payout
-- and no coordinate. Payout events keep both, so that there is still one per transition and endpoint.

alter table delivery.deliveries
  alter column partition drop not null,
  alter column "offset" drop not null,
  alter column payout_id drop not null,
  add constraint deliveries_of_a_transition_or_none check (
    case when event_type like 'payout.%' then num_nulls(partition, "offset", payout_id) = 0
         else num_nulls(partition, "offset", payout_id) = 3 end
  );

comment on column delivery.deliveries."offset" is
  'with partition, the event that caused it; null in tests and digests, which no event caused';

-- What may be subscribed to: tests come unasked.
alter table delivery.endpoints
  drop constraint endpoints_event_types_known,
  add constraint endpoints_event_types_known check (
    cardinality(event_types) > 0 and event_types <@ array[
      'payout.initiated', 'payout.submitted', 'payout.settled', 'payout.failed', 'payout.returned', 'webhook.digest'
    ]
  );

create index deliveries_tests on delivery.deliveries (merchant_id, created_at) where event_type = 'webhook.test';
comment on index delivery.deliveries_tests is 'how many tests a merchant asked for lately, and what became of them';

create table delivery.digests (
  endpoint_id text not null,
  day date not null,
  delivery_id uuid not null,
  body text not null,
  created_at timestamptz not null default now(),
  constraint digests_pk primary key (endpoint_id, day),
  constraint digests_of_endpoint foreign key (endpoint_id) references delivery.endpoints (endpoint_id)
);

comment on table delivery.digests is
  'what was said of a day to an endpoint, for ever: the same is answered when it is asked for again';
comment on column delivery.digests.day is 'UTC, by the log''s clock; it was over and applied when this was written';

grant select, insert on delivery.digests to settlement_webhooks;
grant select on delivery.digests to settlement_api, settlement_reader;
-- The API plans tests.
grant insert on delivery.deliveries, delivery.queue to settlement_api;
