-- Consumer groups. The row lock on (group, partition) is the ownership and the fence: a consumer locks the row, applies
-- what comes next and advances the offset in one transaction, and a crash frees the lock.

create table ledger.consumer_offsets (
  consumer_group text not null,
  partition int2 not null,
  next_offset int8 not null default 0,
  updated_at timestamptz not null default clock_timestamp(),
  stopped_reason text,
  stopped_at timestamptz,
  constraint consumer_offsets_pk primary key (consumer_group, partition),
  constraint consumer_offsets_next_offset_not_negative check (next_offset >= 0),
  constraint consumer_offsets_stopped_with_reason check ((stopped_reason is null) = (stopped_at is null))
) with (fillfactor = 70);

comment on column ledger.consumer_offsets.next_offset is 'the first offset that this group has not applied yet';
comment on column ledger.consumer_offsets.stopped_reason is
  'set when an event could not be applied: the partition waits for a person';

-- What people did to consumer groups. Append-only like the log.

create table ledger.consumer_actions (
  action_id int8 not null generated always as identity,
  action text not null,
  consumer_group text not null,
  partition int2 not null,
  next_offset int8 not null,
  stopped_reason text,
  actor text not null,
  acted_at timestamptz not null default clock_timestamp(),
  constraint consumer_actions_pk primary key (action_id),
  constraint consumer_actions_action_known check (action in ('resumed'))
);

create trigger consumer_actions_are_immutable
  before update or delete or truncate on ledger.consumer_actions
  for each statement execute function ledger.refuse_change();
