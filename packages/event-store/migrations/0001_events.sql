-- The log itself. A partition's head row is its lock, its counter and its high-water mark in one: whoever appends
-- holds the row, and the new value commits together with the events, so a reader that sees next_offset = n
-- is certain to see every offset below n.

create table ledger.partitions (
  partition int2 not null,
  next_offset int8 not null default 0,
  constraint partitions_pk primary key (partition),
  constraint partitions_partition_not_negative check (partition >= 0),
  constraint partitions_next_offset_not_negative check (next_offset >= 0)
) with (fillfactor = 70);

comment on table ledger.partitions is 'One row a partition; their number is fixed for the life of the log';

insert into ledger.partitions (partition) select generate_series(0, 15);

create table ledger.events (
  partition int2 not null,
  "offset" int8 not null,
  version int2 not null,
  idempotency_key uuid not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null,
  type text not null,
  merchant_id text not null,
  subject text not null,
  fingerprint bytea not null,
  message_id text,
  trace text,
  data jsonb not null,
  constraint events_pk primary key (partition, "offset"),
  constraint events_idempotency_key_unique unique (idempotency_key),
  constraint events_fingerprint_is_sha256 check (octet_length(fingerprint) = 32)
);

comment on table ledger.events is 'Every payment event once, immutable, at its (partition, offset)';
comment on column ledger.events.occurred_at is 'when it happened, by the producer''s clock (CloudEvents time)';
comment on column ledger.events.recorded_at is
  'when it was appended, by the database''s clock; never decreases within a partition';
comment on column ledger.events.message_id is 'the queue''s id of the message that brought it';
comment on column ledger.events.trace is 'W3C traceparent of the producer, where it sent one';
comment on constraint events_pk on ledger.events is 'serves reading a partition in order';
comment on constraint events_idempotency_key_unique on ledger.events is
  'the arbiter of duplicates, for ever and across all partitions';

create function ledger.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'ledger.% is append-only: % is refused', tg_table_name, tg_op
    using errcode = 'insufficient_privilege', hint = 'Correct a mistake with a new event.';
end $$;

create trigger events_are_immutable
  before update or delete or truncate on ledger.events
  for each statement execute function ledger.refuse_change();
