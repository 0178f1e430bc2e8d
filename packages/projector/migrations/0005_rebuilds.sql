-- A generation is made beside the active one, stands by once it is right, takes over, and stands by again for the way
-- back:
--
--   building  it is filled from the log; projectors leave it alone
--   standby   projectors keep it as fresh as the active one: it may take over at any moment
--   active    readers see it
--   retired   nobody writes it any more; it may be dropped
--
-- At most one other generation stands by before a take-over, and that which was active stands by after it.

alter table read.generations drop constraint generations_status_known;
alter table read.generations
  add constraint generations_status_known check (status in ('building', 'standby', 'active', 'retired'));

create table read.generation_actions (
  action_id int8 generated always as identity,
  action text not null,
  generation int4 not null,
  beside int4,
  is_equal boolean,
  report jsonb,
  actor text,
  reason text,
  acted_at timestamptz not null default clock_timestamp(),
  constraint generation_actions_pk primary key (action_id),
  constraint generation_actions_action_known
    check (action in ('created', 'compared', 'promoted', 'rolled_back', 'dropped'))
);
comment on table read.generation_actions is 'What was done to generations, when, and by whose word; only added to';
comment on column read.generation_actions.beside is 'the generation that it was compared with, or took over from';
comment on column read.generation_actions.is_equal is 'what the comparison found; of a promotion, what it rested on';

create trigger generation_actions_are_immutable
  before update or delete or truncate on read.generation_actions
  for each statement execute function ledger.refuse_change();
grant select on read.generation_actions to settlement_reader;

-- Indexes that a generation is filled without. Made when it is full, each row goes with its index.
create table read.deferred_indexes (
  generation int4 not null,
  position int4 not null,
  definition text not null,
  constraint deferred_indexes_pk primary key (generation, position)
);
comment on table read.deferred_indexes is 'The statements that give a generation the indexes it is filled without';
grant select on read.deferred_indexes to settlement_reader;

-- In one transaction readers go from one generation to the next.
--
-- read.generations is the gate: whoever reads more than one thing locks it first (read-at-one-snapshot.ts), so that a
-- reader is either done before the views move or begins after it. Its exclusive lock is waited for no longer than the
-- caller's lock_timeout, because readers queue behind it.
--
-- A view is replaced in place where it can be. Where its columns differ it is made again, and a view of a table that
-- the generation does not have goes: what it showed would belong to another place in the log.
create or replace function read.activate_generation(wanted int4) returns void language plpgsql as $$
declare
  target text := format('read_g%s', wanted);
  old int4;
  model text;
begin
  lock table read.generations in access exclusive mode;
  if not exists (select from read.generations where generation = wanted) then
    raise exception 'generation % does not exist', wanted using hint = 'Make it with read.create_generation.';
  end if;
  select generation into old from read.generations where status = 'active' and generation <> wanted;
  update read.generations set status = 'retired' where status = 'standby' and generation <> wanted;
  update read.generations set status = case when old < wanted then 'standby' else 'retired' end where generation = old;
  update read.generations set status = 'active', activated_at = clock_timestamp() where generation = wanted;
  for model in
    select c.relname from pg_class c where c.relnamespace = 'read'::regnamespace and c.relkind = 'v'
      and not exists (select from pg_class t where t.relnamespace = target::regnamespace and t.relname = c.relname
                        and t.relkind in ('r', 'p'))
  loop
    execute format('drop view read.%I', model);
  end loop;
  for model in
    select c.relname from pg_class c where c.relnamespace = target::regnamespace and c.relkind in ('r', 'p')
  loop
    begin
      execute format('create or replace view read.%I as select * from %I.%I', model, target, model);
    exception when invalid_table_definition then
      execute format('drop view read.%I', model);
      execute format('create view read.%I as select * from %I.%I', model, target, model);
    end;
  end loop;
  perform read.grant_views();
end $$;

create function read.drop_generation(wanted int4) returns void language plpgsql as $$
declare
  found_status text;
begin
  select status into found_status from read.generations where generation = wanted for update;
  if found_status is null then
    raise exception 'generation % does not exist', wanted using errcode = 'no_data_found';
  elsif found_status in ('active', 'standby') then
    raise exception 'generation % is %, so it stays', wanted, found_status using errcode = 'object_in_use';
  end if;
  execute format('drop schema %I cascade', format('read_g%s', wanted));
  delete from read.deferred_indexes where generation = wanted;
  delete from read.generations where generation = wanted;
end $$;

revoke all on function read.drop_generation from public;
comment on function read.drop_generation is
  'takes a generation that nobody reads or follows away; its number is not given again';
