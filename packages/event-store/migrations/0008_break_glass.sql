-- What is append-only stays so for every role, the owner included, unless the owner breaks the glass: says, in the same
-- transaction, who does it and why. The permit is the record: a row of an append-only table that is committed
-- together with the change, or not at all. Nothing outlives the transaction, so no session is left with an open glass.
-- docs/break-glass.md says when and how, and what no trigger can prevent.

create table ledger.break_glass_uses (
  use_id int8 not null generated always as identity,
  operation text not null,
  table_name text,
  row_count int8,
  actor text not null,
  reason text not null,
  used_at timestamptz not null default clock_timestamp(),
  transaction_id xid8 not null default pg_current_xact_id(),
  session_role text not null default session_user,
  client_address inet default inet_client_addr(),
  statement text not null default current_query(),
  constraint break_glass_uses_pk primary key (use_id),
  constraint break_glass_uses_operation_known check (operation in ('open', 'insert', 'update', 'delete', 'truncate')),
  constraint break_glass_uses_change_has_table check ((operation = 'open') = (table_name is null)),
  constraint break_glass_uses_actor_said check (btrim(actor) <> ''),
  constraint break_glass_uses_reason_said check (length(btrim(reason)) >= 10)
);

comment on table ledger.break_glass_uses is
  'Who changed what is append-only, when and why: one row that opens the glass, one for each change under it';
comment on column ledger.break_glass_uses.session_role is 'the login, whatever role it had taken on';
comment on column ledger.break_glass_uses.statement is 'what the client sent';

create function ledger.break_glass(who text, why text) returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
  insert into ledger.break_glass_uses (operation, actor, reason) values ('open', who, why)
$$;

revoke all on function ledger.break_glass from public;
comment on function ledger.break_glass is
  'lets the owner change what is append-only until the end of this transaction; who and why are kept for ever';

-- Whether this very transaction has broken the glass of a table. Asked only when something is about to be refused. A
-- row that a restore brought from another server may bear the same transaction id, but not a time after the start of
-- this transaction. A service's login may not, even if a grant went wrong or a function lends it the owner's rights.
create function ledger.glass_is_broken(target regclass) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  owner oid := (select relowner from pg_class where oid = target);
begin
  if not (pg_has_role(session_user, owner, 'member') and pg_has_role(current_user, owner, 'usage')) then
    return false;
  end if;
  return exists (
    select from ledger.break_glass_uses u
    where u.operation = 'open' and u.transaction_id = pg_current_xact_id_if_assigned()
      and u.used_at >= transaction_timestamp()
  );
end $$;

revoke all on function ledger.glass_is_broken from public;

create function ledger.record_glass_use(target regclass, what text, how_many int8) returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
  insert into ledger.break_glass_uses (operation, table_name, row_count, actor, reason)
  select lower(what), target::text, how_many, u.actor, u.reason
  from ledger.break_glass_uses u
  where u.operation = 'open' and u.transaction_id = pg_current_xact_id()
  order by u.use_id desc limit 1
$$;

revoke all on function ledger.record_glass_use from public;

-- Before the statement, so that a refusal costs nothing. With the argument `uncounted` it records the use, too.
create or replace function ledger.refuse_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  how_many int8;
begin
  if not ledger.glass_is_broken(tg_relid) then
    raise exception 'ledger.% is append-only: % is refused', tg_table_name, tg_op using
      errcode = 'insufficient_privilege',
      hint = 'Correct a mistake with a new event. For what can''t wait, docs/break-glass.md says how the owner may.';
  end if;
  if tg_op = 'TRUNCATE' then -- the rows are gone afterwards
    execute format('select count(*) from %s', tg_relid::regclass) into how_many;
    perform ledger.record_glass_use(tg_relid, tg_op, how_many);
  elsif tg_op = 'UPDATE' and tg_nargs > 0 then
    perform ledger.record_glass_use(tg_relid, tg_op, null);
  end if;
  return null;
end $$;

-- After the statement: it knows how many rows there were.
create function ledger.record_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform ledger.record_glass_use(tg_relid, tg_op, (select count(*) from changed));
  return null;
end $$;

-- No glass in front of the record of the broken ones.
create function ledger.refuse_always() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception 'ledger.% is append-only: % is refused, always', tg_table_name, tg_op
    using errcode = 'insufficient_privilege';
end $$;

-- The head of a partition only grows: a smaller one would give an offset out twice. The trigger's condition is all that
-- an append pays for it.
create function ledger.refuse_head_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if not ledger.glass_is_broken(tg_relid) then
    raise exception 'the head of partition % may not go from % to %: offsets are given out once',
      old.partition, old.next_offset, new.next_offset
      using errcode = 'insufficient_privilege', hint = 'docs/break-glass.md says how the owner may.';
  end if;
  perform ledger.record_glass_use(tg_relid, tg_op, 1);
  return new;
end $$;

-- Which partition a merchant has follows from their number, so it is fixed with the first event.
create function ledger.refuse_other_partitions() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from ledger.partitions where next_offset > 0) then
    return null;
  end if;
  if not ledger.glass_is_broken(tg_relid) then
    raise exception 'the number of partitions is fixed for the life of the log: % is refused', tg_op
      using errcode = 'insufficient_privilege', hint = 'Merchants would move to other partitions; make a new log.';
  end if;
  perform ledger.record_glass_use(tg_relid, tg_op, null);
  return null;
end $$;

revoke all on function ledger.refuse_change, ledger.record_change, ledger.refuse_always, ledger.refuse_head_change,
  ledger.refuse_other_partitions from public;

-- Makes a table append-only; but for some columns that are counted up, where there are such. What counts them up must
-- not pay for it, so the record of a change of the others has no number of rows. `always`: also in a session that has
-- switched ordinary triggers off (session_replication_role).
create procedure ledger.make_append_only(target regclass, counters text[] default '{}')
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  prefix text := (select relname from pg_class where oid = target);
  columns text := (
    select 'of ' || string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
    where counters <> '{}' and attrelid = target and attnum > 0 and not attisdropped and attname <> all (counters)
  );
  name text;
begin
  execute format('create or replace trigger %I before update %s or delete or truncate on %s
                  for each statement execute function ledger.refuse_change(%s)',
                 prefix || '_are_immutable', columns, target, case when counters <> '{}' then 'uncounted' end);
  execute format('create or replace trigger %I after delete on %s referencing old table as changed
                  for each statement execute function ledger.record_change()', prefix || '_deletion_on_record', target);
  if counters = '{}' then
    execute format('create or replace trigger %I after update on %s referencing old table as changed
                    for each statement execute function ledger.record_change()', prefix || '_change_on_record', target);
  end if;
  for name in select tgname from pg_trigger where tgrelid = target and not tgisinternal loop
    execute format('alter table %s enable always trigger %I', target, name);
  end loop;
end $$;

revoke all on procedure ledger.make_append_only from public;

call ledger.make_append_only('ledger.events');
call ledger.make_append_only('ledger.consumer_actions');
call ledger.make_append_only('ledger.conflicts', '{seen}');
call ledger.make_append_only('ledger.rejections', '{seen}');
call ledger.make_append_only('ledger.intake', '{messages,amount_minor}');

create trigger break_glass_uses_are_immutable
  before update or delete or truncate on ledger.break_glass_uses
  for each statement execute function ledger.refuse_always();
alter table ledger.break_glass_uses enable always trigger break_glass_uses_are_immutable;

create trigger partitions_heads_only_grow
  before update of next_offset on ledger.partitions
  for each row when (new.next_offset < old.next_offset) execute function ledger.refuse_head_change();
create trigger partitions_are_fixed
  before insert or delete or truncate or update of partition on ledger.partitions
  for each statement execute function ledger.refuse_other_partitions();
alter table ledger.partitions enable always trigger partitions_heads_only_grow;
alter table ledger.partitions enable always trigger partitions_are_fixed;

grant select on ledger.break_glass_uses to settlement_reader;
