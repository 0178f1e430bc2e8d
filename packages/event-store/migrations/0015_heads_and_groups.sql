-- A head's time that no clock will reach could only be written by hand, and stayed for ever: each append takes the
-- head's recorded_at where it is later than the clock, so one that is far ahead, or infinite, was that of every event
-- from then on. A head's time therefore moves as its offset does: forward, and together with the offset. What an append
-- pays for it is the trigger's condition. An infinite time is no time, and not even the broken glass lets it in.
--
-- The check of the heads looks at all of them now: they are a few rows, and a log that has an infinite one already must
-- not go on appending to it, so this migration fails until it is mended (docs/break-glass.md). The check of the events
-- holds for what is appended from now on: looking at a large log here would keep everybody from it until all pending
-- migrations have committed, and an infinite time that it has can't be taken back anyway. Whoever wants to know does it
-- beside the appends: `alter table ledger.events validate constraint events_recorded_at_is_finite`.

alter table ledger.partitions
  add constraint partitions_recorded_at_is_finite check (isfinite(recorded_at));
alter table ledger.events
  add constraint events_recorded_at_is_finite check (isfinite(recorded_at)) not valid;

create or replace function ledger.refuse_head_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if not ledger.glass_is_broken(tg_relid) then
    if new.next_offset < old.next_offset then
      raise exception 'the head of partition % may not go from % to %: offsets are given out once',
        old.partition, old.next_offset, new.next_offset
        using errcode = 'insufficient_privilege', hint = 'docs/break-glass.md says how the owner may.';
    end if;
    raise exception 'the time of the head of partition % may not go from % to %: it moves forward, with the offset',
      old.partition, coalesce(old.recorded_at::text, 'null'), coalesce(new.recorded_at::text, 'null')
      using errcode = 'insufficient_privilege', hint = 'docs/break-glass.md says how the owner may.';
  end if;
  perform ledger.record_glass_use(tg_relid, tg_op, 1);
  return new;
end $$;

create or replace trigger partitions_heads_only_grow
  before update of next_offset, recorded_at on ledger.partitions
  for each row when (
    new.next_offset < old.next_offset
    or new.recorded_at < old.recorded_at
    or not isfinite(new.recorded_at)
    or (new.recorded_at is null and old.recorded_at is not null)
    or (new.next_offset = old.next_offset and new.recorded_at is distinct from old.recorded_at)
  ) execute function ledger.refuse_head_change();
alter table ledger.partitions enable always trigger partitions_heads_only_grow;

-- The other value that only a hand could write: a group's row of a partition that is not there, of which no seek of the
-- whole group knew what to make. A service may insert rows of its group, and a foreign key to ledger.partitions would
-- lock the heads that appends wait for. So the guard asks, once for each row that begins: what is there stays, because
-- the number of partitions is fixed. Nothing else of the guard is new but a hint.
create or replace function ledger.guard_consumer_offset() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    if not exists (select from ledger.partitions h where h.partition = new.partition) then
      raise exception 'group % can''t begin partition %: the log has no such partition',
        new.consumer_group, new.partition
        using errcode = 'insufficient_privilege', hint = 'A group has a row for each row of ledger.partitions.';
    end if;
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
      new.consumer_group, new.next_offset, new.partition
      using errcode = 'insufficient_privilege', hint = 'settle groups --partitions shows the heads.';
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

-- Rows of partitions that are not there may have been written before. They have nothing to apply and hold up nobody;
-- their head is 0 here, as it is for the guard, so that each partition of the group is held against its own.
create or replace function ledger.seek_group(
  in_group text, in_partition int2, in_to text, in_actor text, in_reason text
) returns table (partition int2, from_offset int8, to_offset int8, head_offset int8, refusal text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  held ledger.consumer_offsets[] := array(select o from ledger.hold_group(in_group, in_partition) o);
  heads int8[] := array(
    select coalesce(p.next_offset, 0) from unnest(held) h left join ledger.partitions p on p.partition = h.partition
    order by h.partition
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
