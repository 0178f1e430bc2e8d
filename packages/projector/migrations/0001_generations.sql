-- A set of read models is a generation: one schema with its tables, one consumer group, one epoch. Readers see the
-- active generation through views in schema read, so a rebuilt one can take over in a single transaction.

create table read.generations (
  generation int4 not null,
  epoch text not null,
  status text not null,
  consumer_group text not null,
  created_at timestamptz not null default clock_timestamp(),
  activated_at timestamptz,
  constraint generations_pk primary key (generation),
  constraint generations_generation_positive check (generation > 0),
  constraint generations_epoch_unique unique (epoch),
  constraint generations_consumer_group_unique unique (consumer_group),
  constraint generations_status_known check (status in ('building', 'active', 'retired'))
);

create unique index generations_one_active on read.generations (status) where status = 'active';

comment on table read.generations is 'One row a set of read models; its tables are in schema read_g<generation>';
comment on column read.generations.epoch is
  'part of every live cursor: another epoch means that the cursor must be reset. Never the same in two databases';
comment on index read.generations_one_active is 'the rule that readers see one generation; serves finding it';

-- The only place that knows the tables of a generation. They are written unqualified and land in the schema that
-- create_generation has put on the search path. Rows hold nothing but what the log says (no clock, no sequence), so
-- two generations at the same offsets are equal byte for byte. Hot tables leave room in their pages for updates in
-- place.
create function read.create_generation_tables() returns void language plpgsql as $$
begin
  create table balances (
    partition int2 not null,
    "offset" int8 not null,
    available_minor int8 not null,
    in_transit_minor int8 not null,
    reserved_minor int8 not null,
    gross_minor int8 not null,
    fees_minor int8 not null,
    refunds_minor int8 not null,
    disputes_minor int8 not null,
    adjustments_minor int8 not null,
    paid_out_minor int8 not null,
    updated_at timestamptz not null,
    merchant_id text not null,
    currency text not null,
    constraint balances_pk primary key (merchant_id, currency),
    constraint balances_add_up check (
      available_minor = gross_minor - fees_minor - refunds_minor - disputes_minor + adjustments_minor
        - in_transit_minor - reserved_minor - paid_out_minor
    )
  ) with (fillfactor = 70);
  comment on table balances is 'Where a merchant''s money is, per currency, derived from the postings';
  comment on constraint balances_pk on balances is 'serves a merchant''s balances, and those changed after an offset';
  comment on constraint balances_add_up on balances is 'double entry: the merchant''s accounts sum to zero';

  create table payments (
    partition int2 not null,
    "offset" int8 not null,
    amount_minor int8,
    fee_minor int8,
    refunded_minor int8 not null,
    disputed_minor int8 not null,
    captured_at timestamptz,
    merchant_id text not null,
    payment_id text not null,
    currency text not null,
    method text,
    reference text,
    constraint payments_pk primary key (merchant_id, payment_id),
    constraint payments_captured_with_amount check (
      (captured_at is null) = (amount_minor is null) and (captured_at is null) = (fee_minor is null)
    ),
    constraint payments_refunded_not_negative check (refunded_minor >= 0),
    constraint payments_disputed_not_negative check (disputed_minor >= 0)
  ) with (fillfactor = 80);
  comment on table payments is
    'A payment, what was refunded of it and what is in dispute or lost; captured_at is null until the capture is seen';
  comment on constraint payments_pk on payments is 'serves one payment, and the projector''s look-up of a batch';

  create table refunds (
    partition int2 not null,
    "offset" int8 not null,
    amount_minor int8 not null,
    fee_refunded_minor int8 not null,
    succeeded_at timestamptz not null,
    merchant_id text not null,
    refund_id text not null,
    payment_id text not null,
    currency text not null,
    constraint refunds_pk primary key (merchant_id, refund_id)
  );
  comment on table refunds is 'A refund once, however often it is told';
  comment on constraint refunds_pk on refunds is 'serves the projector''s look-up of a batch';

  create table disputes (
    partition int2 not null,
    "offset" int8 not null,
    amount_minor int8 not null,
    opened_at timestamptz,
    won_at timestamptz,
    lost_at timestamptz,
    merchant_id text not null,
    dispute_id text not null,
    payment_id text not null,
    status text not null,
    currency text not null,
    reason text,
    constraint disputes_pk primary key (merchant_id, dispute_id),
    constraint disputes_status_follows_facts check (
      status = case when lost_at is not null then 'lost' when won_at is not null then 'won' else 'opened' end
    )
  ) with (fillfactor = 80);
  comment on table disputes is 'A dispute as its most decisive fact tells it';
  comment on constraint disputes_pk on disputes is 'serves the projector''s look-up of a batch';

  create table adjustments (
    partition int2 not null,
    "offset" int8 not null,
    amount_minor int8 not null,
    posted_at timestamptz not null,
    merchant_id text not null,
    adjustment_id text not null,
    currency text not null,
    reason text not null,
    constraint adjustments_pk primary key (merchant_id, adjustment_id)
  );
  comment on table adjustments is 'A signed correction of a merchant''s balance, once';
  comment on constraint adjustments_pk on adjustments is 'serves the projector''s look-up of a batch';

  perform read.create_payout_tables();

  create table anomalies (
    partition int2 not null,
    "offset" int8 not null,
    recorded_at timestamptz not null,
    kind text not null,
    merchant_id text not null,
    subject text not null,
    detail jsonb not null,
    constraint anomalies_pk primary key (partition, "offset", kind)
  );
  create index anomalies_by_merchant on anomalies (merchant_id, "offset");
  comment on table anomalies is
    'What a person should look at, at the event that showed it; the package''s README explains each kind';
  comment on constraint anomalies_pk on anomalies is 'serves the anomalies of an event, and all of them in log order';
  comment on index anomalies_by_merchant is 'serves a merchant''s anomalies, newest first';
end $$;

create function read.create_payout_tables() returns void language plpgsql as $$
begin
  create table payouts (
    partition int2 not null,
    sequence int4 not null,
    "offset" int8 not null,
    first_offset int8 not null,
    amount_minor int8,
    initiated_at timestamptz,
    submitted_at timestamptz,
    settled_at timestamptz,
    failed_at timestamptz,
    returned_at timestamptz,
    updated_at timestamptz not null,
    merchant_id text not null,
    payout_id text not null,
    status text not null,
    currency text,
    method text,
    destination text,
    rail_reference text,
    trace_id text,
    expected_arrival text,
    reason_code text,
    reason text,
    constraint payouts_pk primary key (merchant_id, payout_id),
    constraint payouts_amount_with_currency check ((amount_minor is null) = (currency is null)),
    constraint payouts_status_follows_facts check (
      status = case
        when returned_at is not null then 'returned'
        when settled_at is not null then 'settled'
        when failed_at is not null then 'failed'
        when submitted_at is not null then 'submitted'
        when initiated_at is not null then 'initiated'
      end
    )
  ) with (fillfactor = 70);
  create index payouts_by_offset on payouts (merchant_id, "offset");
  create index payouts_newest on payouts (merchant_id, first_offset);
  comment on table payouts is 'A payout as the facts seen so far tell it, in whatever order they came';
  comment on column payouts."offset" is 'the last event that changed this row';
  comment on column payouts.first_offset is 'the first event about this payout; never changes, so lists page by it';
  comment on column payouts.sequence is 'how many times the status changed';
  comment on constraint payouts_pk on payouts is 'serves one payout, and the projector''s look-up of a batch';
  comment on index payouts_by_offset is 'serves live streams: a merchant''s payouts changed after an offset';
  comment on index payouts_newest is 'serves a merchant''s list of payouts, newest first';

  create table payout_facts (
    partition int2 not null,
    "offset" int8 not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    type text not null,
    merchant_id text not null,
    payout_id text not null,
    data jsonb not null,
    constraint payout_facts_pk primary key (partition, "offset")
  );
  create unique index payout_facts_once on payout_facts (merchant_id, payout_id, type);
  comment on table payout_facts is 'The timeline: each fact of a payout, at the event that told it first';
  comment on constraint payout_facts_pk on payout_facts is 'an event is one fact at most';
  comment on index payout_facts_once is 'a fact counts once; serves one payout''s timeline';

  create table payout_transitions (
    partition int2 not null,
    sequence int4 not null,
    "offset" int8 not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    merchant_id text not null,
    payout_id text not null,
    status text not null,
    previous_status text,
    payout jsonb not null,
    constraint payout_transitions_pk primary key (partition, "offset"),
    constraint payout_transitions_first_has_no_previous check ((sequence = 1) = (previous_status is null)),
    constraint payout_transitions_change_status check (status is distinct from previous_status)
  );
  create unique index payout_transitions_in_sequence on payout_transitions (merchant_id, payout_id, sequence);
  comment on table payout_transitions is
    'Each change of a payout''s status, at the event that caused it; what webhooks are planned from';
  comment on column payout_transitions.payout is 'the payout as it was right after this change';
  comment on constraint payout_transitions_pk on payout_transitions is 'serves consumers reading a partition in order';
  comment on index payout_transitions_in_sequence is 'no number twice; serves the transitions of one payout';
end $$;

create function read.create_generation(wanted int4) returns void language plpgsql as $$
declare
  old_path text := current_setting('search_path');
begin
  insert into read.generations (generation, epoch, status, consumer_group)
  values (wanted, format('g%s-%s', wanted, left(gen_random_uuid()::text, 8)), 'building', format('read_%s', wanted));
  execute format('create schema %I', format('read_g%s', wanted));
  perform set_config('search_path', format('read_g%s', wanted), true);
  perform read.create_generation_tables();
  perform set_config('search_path', old_path, true);
end $$;

comment on function read.create_generation is
  'makes the empty tables of a generation, its consumer group''s name and its epoch';

-- In one transaction readers go from one generation to the next. A view is replaced in place, so no query fails
-- meanwhile.
create function read.activate_generation(wanted int4) returns void language plpgsql as $$
declare
  target text := format('read_g%s', wanted);
  model text;
begin
  update read.generations set status = 'retired' where status = 'active' and generation <> wanted;
  update read.generations set status = 'active', activated_at = clock_timestamp() where generation = wanted;
  if not found then
    raise exception 'generation % does not exist', wanted using hint = 'Make it with read.create_generation.';
  end if;
  for model in
    select c.relname from pg_class c where c.relnamespace = target::regnamespace and c.relkind in ('r', 'p')
  loop
    execute format('create or replace view read.%I as select * from %I.%I', model, target, model);
  end loop;
end $$;

comment on function read.activate_generation is 'points the views of schema read at the tables of a generation';
