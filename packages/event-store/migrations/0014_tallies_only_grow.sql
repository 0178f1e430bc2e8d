-- Tallies are counted up, so their counters could not be append-only like the rest of their rows. But they only grow: a
-- change that counts no message more is none of the log's own, and is refused unless it is on record. Money alone may
-- fall (an adjustment may be negative), so it may move only together with a message; whether it is the events' money,
-- `settle verify` tells. The triggers' conditions are all that an append pays for it.

create function ledger.refuse_counter_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if not ledger.glass_is_broken(tg_relid) then
    raise exception 'ledger.% is counted up: this % is refused', tg_table_name, tg_op
      using errcode = 'insufficient_privilege', hint = 'docs/break-glass.md says how the owner may.';
  end if;
  perform ledger.record_glass_use(tg_relid, tg_op, 1);
  return new;
end $$;

revoke all on function ledger.refuse_counter_change from public;

create trigger intake_only_grows
  before update on ledger.intake
  for each row when (new.messages <= old.messages) execute function ledger.refuse_counter_change();
create trigger conflicts_seen_only_grows
  before update on ledger.conflicts
  for each row when (new.seen < old.seen) execute function ledger.refuse_counter_change();
create trigger rejections_seen_only_grows
  before update on ledger.rejections
  for each row when (new.seen < old.seen) execute function ledger.refuse_counter_change();
alter table ledger.intake enable always trigger intake_only_grows;
alter table ledger.conflicts enable always trigger conflicts_seen_only_grows;
alter table ledger.rejections enable always trigger rejections_seen_only_grows;
