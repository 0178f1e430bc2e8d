-- Operating consumer groups: pause, resume, seek. The row lock on (group, partition) is the fence for people, too: each
-- function waits for the batch under way and acts before the next one. What people do is on record, and the record is
-- the permit: the guard below lets a group go back, pause or resume only with its row in ledger.consumer_actions,
-- written in the same transaction. Only the functions can write that row, so only who may execute them can do it.

alter table ledger.consumer_offsets add column paused_at timestamptz;

comment on column ledger.consumer_offsets.paused_at is 'set while a person holds the partition back';

alter table ledger.consumer_actions rename column next_offset to to_offset;
alter table ledger.consumer_actions
  add column from_offset int8,
  add column reason text,
  add column transaction_id xid8 not null default pg_current_xact_id(),
  add column session_role text not null default session_user,
  add column client_address inet default inet_client_addr(),
  drop constraint consumer_actions_action_known,
  add constraint consumer_actions_action_known check (action in ('paused', 'resumed', 'sought')),
  add constraint consumer_actions_actor_said check (btrim(actor) <> '') not valid,
  add constraint consumer_actions_seek_has_reason check (
    action <> 'sought' or (from_offset is not null and btrim(coalesce(reason, '')) <> '')
  );

comment on column ledger.consumer_actions.to_offset is 'where the group goes on';
comment on column ledger.consumer_actions.actor is 'whom the operator named; who it was is session_role';
comment on column ledger.consumer_actions.session_role is 'the login, whatever name was given';
comment on column ledger.consumer_actions.from_offset is 'where it stood before a seek';

-- Whether this transaction has put on record what it is about to do. A row that a restore brought may bear the same
-- transaction id, but not a time after the start of this transaction.
create function ledger.is_on_record(target ledger.consumer_offsets, in_action text) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  select exists (
    select from ledger.consumer_actions a
    where a.transaction_id = pg_current_xact_id_if_assigned() and a.acted_at >= transaction_timestamp()
      and a.action = in_action and a.consumer_group = target.consumer_group and a.partition = target.partition
      and a.to_offset = target.next_offset
  )
$$;

-- By consuming, an offset only grows, never past the head, and only while nobody holds the partition back. It runs with
-- the owner's rights, so that it sees the heads and the record whoever consumes.
create function ledger.guard_consumer_offset() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if new.next_offset = 0 and new.paused_at is null then
      return new;
    end if;
    raise exception 'group % can''t begin partition % at offset %: a group begins at 0',
      new.consumer_group, new.partition, new.next_offset
      using errcode = 'insufficient_privilege', hint = 'Let it begin, pause it, and seek: settle groups seek.';
  end if;

  if new.next_offset > old.next_offset and new.next_offset > coalesce(
       (select h.next_offset from ledger.partitions h where h.partition = new.partition), 0) then
    raise exception 'group % can''t go to offset % of partition %: it is beyond the head',
      new.consumer_group, new.next_offset, new.partition using errcode = 'insufficient_privilege';
  end if;
  if new.consumer_group <> old.consumer_group or new.partition <> old.partition
     or (new.next_offset < old.next_offset and not ledger.is_on_record(new, 'sought'))
     or (new.next_offset > old.next_offset and (old.paused_at is not null or old.stopped_at is not null)
         and not ledger.is_on_record(new, 'sought'))
     or (new.paused_at is not null and old.paused_at is null and not ledger.is_on_record(new, 'paused'))
     or (new.paused_at is null and old.paused_at is not null and not ledger.is_on_record(new, 'resumed'))
     or (new.stopped_at is null and old.stopped_at is not null and not ledger.is_on_record(new, 'resumed')) then
    raise exception 'group % stands at offset % of partition %: that changes by consuming, or by an order on record',
      old.consumer_group, old.next_offset, old.partition
      using errcode = 'insufficient_privilege', hint = 'settle groups pause, resume or seek does it.';
  end if;
  return new;
end $$;

create trigger consumer_offsets_move_by_consuming
  before insert or update on ledger.consumer_offsets
  for each row execute function ledger.guard_consumer_offset();
alter table ledger.consumer_offsets enable always trigger consumer_offsets_move_by_consuming;

-- Without its rows a group would begin anew.
create trigger consumer_offsets_stay
  before delete or truncate on ledger.consumer_offsets
  for each statement execute function ledger.refuse_change('uncounted');
create trigger consumer_offsets_deletion_on_record
  after delete on ledger.consumer_offsets referencing old table as changed
  for each statement execute function ledger.record_change();
alter table ledger.consumer_offsets enable always trigger consumer_offsets_stay;
alter table ledger.consumer_offsets enable always trigger consumer_offsets_deletion_on_record;

-- The rows of a group (of one partition, where given), locked in ascending order: from here on no batch is under way.
create function ledger.hold_group(in_group text, in_partition int2) returns setof ledger.consumer_offsets
language sql volatile set search_path = pg_catalog, pg_temp as $$
  select * from ledger.consumer_offsets o
  where o.consumer_group = in_group and (in_partition is null or o.partition = in_partition)
  order by o.partition
  for update
$$;

create function ledger.pause_group(in_group text, in_partition int2, in_actor text, in_reason text)
returns table (partition int2, next_offset int8)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  held ledger.consumer_offsets;
begin
  for held in select * from ledger.hold_group(in_group, in_partition) loop
    continue when held.paused_at is not null;
    insert into ledger.consumer_actions (action, consumer_group, partition, to_offset, actor, reason)
    values ('paused', in_group, held.partition, held.next_offset, in_actor, in_reason);
    update ledger.consumer_offsets o set paused_at = clock_timestamp()
    where o.consumer_group = in_group and o.partition = held.partition;
    return query select held.partition, held.next_offset;
  end loop;
end $$;

comment on function ledger.pause_group is
  'holds a group back after the batch under way; null for all partitions; answers those that were not held back yet';

create function ledger.resume_group(in_group text, in_partition int2, in_actor text, in_reason text)
returns table (partition int2, next_offset int8, stopped_reason text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  held ledger.consumer_offsets;
begin
  for held in select * from ledger.hold_group(in_group, in_partition) loop
    continue when held.paused_at is null and held.stopped_at is null;
    insert into ledger.consumer_actions (action, consumer_group, partition, to_offset, stopped_reason, actor, reason)
    values ('resumed', in_group, held.partition, held.next_offset, held.stopped_reason, in_actor, in_reason);
    update ledger.consumer_offsets o set paused_at = null, stopped_at = null, stopped_reason = null
    where o.consumer_group = in_group and o.partition = held.partition;
    return query select held.partition, held.next_offset, held.stopped_reason;
  end loop;
end $$;

comment on function ledger.resume_group is
  'lets what was paused or stopped go on where it stands; null for all partitions; answers those that go on';

-- All or nothing. A group that runs is refused: held back, a wrong seek is mended by another one before anything is
-- applied twice or skipped.
create function ledger.seek_group(in_group text, in_partition int2, in_to text, in_actor text, in_reason text)
returns table (partition int2, from_offset int8, to_offset int8, head_offset int8, refusal text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  held ledger.consumer_offsets[] := array(select o from ledger.hold_group(in_group, in_partition) o);
  heads int8[] := array(
    select p.next_offset from unnest(held) h join ledger.partitions p on p.partition = h.partition order by h.partition
  );
  targets int8[] := array(
    select case in_to when 'beginning' then 0 when 'end' then h else in_to::int8 end
    from unnest(heads) with ordinality as u(h, place) order by place
  );
  is_refused boolean := false;
begin
  for i in 1 .. cardinality(held) loop
    if held[i].paused_at is null and held[i].stopped_at is null then
      is_refused := true;
      return query select held[i].partition, held[i].next_offset, targets[i], heads[i], 'running';
    elsif targets[i] not between 0 and heads[i] then
      is_refused := true;
      return query select held[i].partition, held[i].next_offset, targets[i], heads[i], 'outside';
    end if;
  end loop;
  if is_refused then
    return;
  end if;
  for i in 1 .. cardinality(held) loop
    insert into ledger.consumer_actions (action, consumer_group, partition, from_offset, to_offset, actor, reason)
    values ('sought', in_group, held[i].partition, held[i].next_offset, targets[i], in_actor, in_reason);
    update ledger.consumer_offsets o set next_offset = targets[i], updated_at = clock_timestamp()
    where o.consumer_group = in_group and o.partition = held[i].partition;
    return query select held[i].partition, held[i].next_offset, targets[i], heads[i], null::text;
  end loop;
end $$;

comment on function ledger.seek_group is
  'moves a group that is held back to an offset, to `beginning` or to `end`; refusal says why nothing was moved';

-- Whoever may see how far a group is may see how old its next event is, and need not read events for it.
create function ledger.group_lag(in_group text) returns table (
  consumer_group text, partition int2, next_offset int8, head_offset int8, lag int8, lag_seconds float8,
  stopped_reason text, paused_at timestamptz, updated_at timestamptz
)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select o.consumer_group, o.partition, o.next_offset, p.next_offset, p.next_offset - o.next_offset,
         case when o.next_offset < p.next_offset then coalesce(greatest(0, extract(epoch from clock_timestamp() - (
           select e.recorded_at from ledger.events e where e.partition = o.partition and e."offset" = o.next_offset
         ))), 0) else 0 end,
         o.stopped_reason, o.paused_at, o.updated_at
  from ledger.consumer_offsets o join ledger.partitions p on p.partition = o.partition
  where in_group is null or o.consumer_group = in_group
  order by o.consumer_group, o.partition
$$;

comment on function ledger.group_lag is
  'of one group, or of all (null): events not applied, and the age of the oldest of them by an index look-up each';

revoke all on function ledger.is_on_record, ledger.guard_consumer_offset, ledger.hold_group, ledger.pause_group,
  ledger.resume_group, ledger.seek_group, ledger.group_lag from public;

do $$
declare
  wanted text;
begin
  foreach wanted in array array[
    'settlement_operator', 'settlement_projector', 'settlement_webhooks', 'settlement_sealer'
  ] loop
    begin
      execute format('create role %I nologin', wanted);
    exception when duplicate_object or unique_violation then
      null; -- another database of this server has made it
    end;
  end loop;
end $$;

grant usage on schema ledger to settlement_operator;
grant select on ledger.migrations, ledger.partitions, ledger.consumer_offsets, ledger.consumer_actions
  to settlement_operator;
grant execute on function ledger.pause_group, ledger.resume_group, ledger.seek_group to settlement_operator;
grant execute on function ledger.group_lag to settlement_operator, settlement_reader, settlement_consumer,
  settlement_projector, settlement_webhooks, settlement_sealer;

-- A consumer begins at 0, moves on, and stops at what it can't apply; it pauses nothing.
revoke insert, update on ledger.consumer_offsets from settlement_consumer;
grant insert (consumer_group, partition), update (next_offset, updated_at, stopped_reason, stopped_at)
  on ledger.consumer_offsets to settlement_consumer;
