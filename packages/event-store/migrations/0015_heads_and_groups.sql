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
