-- The projector writes the tables of a generation and nothing else here; everybody else reads, through the views, as
-- much as is its business. Group roles belong to the whole server, so they may exist already.

do $$
declare
  wanted text;
begin
  foreach wanted in array array['settlement_projector', 'settlement_webhooks', 'settlement_api', 'settlement_reader']
  loop
    begin
      execute format('create role %I nologin', wanted);
    exception when duplicate_object or unique_violation then
      null; -- another schema or another database of this server has made it
    end;
  end loop;
end $$;

grant usage on schema read to settlement_projector, settlement_webhooks, settlement_api, settlement_reader;
grant select on read.migrations, read.generations
  to settlement_projector, settlement_webhooks, settlement_api, settlement_reader;

-- The functions here make schemas and move views: that is for the owner.
revoke all on all functions in schema read from public;

create function read.grant_generation(wanted int4) returns void language plpgsql as $$
declare
  target text := format('read_g%s', wanted);
begin
  execute format('grant usage on schema %I to settlement_projector, settlement_reader', target);
  execute format('grant select, insert, update on all tables in schema %I to settlement_projector', target);
  execute format('grant select on all tables in schema %I to settlement_reader', target);
end $$;

revoke all on function read.grant_generation from public;
comment on function read.grant_generation is 'lets the projector write the tables of a generation';

create function read.grant_views() returns void language plpgsql as $$
declare
  model text;
begin
  for model in select relname from pg_class where relnamespace = 'read'::regnamespace and relkind = 'v' loop
    execute format('grant select on read.%I to settlement_api, settlement_reader', model);
  end loop;
  grant select on read.payout_transitions to settlement_webhooks;
end $$;

revoke all on function read.grant_views from public;
comment on function read.grant_views is 'lets readers read the active generation: through the views, never its tables';

create or replace function read.create_generation(wanted int4) returns void language plpgsql as $$
declare
  old_path text := current_setting('search_path');
begin
  insert into read.generations (generation, epoch, status, consumer_group)
  values (wanted, format('g%s-%s', wanted, left(gen_random_uuid()::text, 8)), 'building', format('read_%s', wanted));
  execute format('create schema %I', format('read_g%s', wanted));
  perform set_config('search_path', format('read_g%s', wanted), true);
  perform read.create_generation_tables();
  perform set_config('search_path', old_path, true);
  perform read.grant_generation(wanted);
end $$;

-- In one transaction readers go from one generation to the next. A view is replaced in place, so no query fails
-- meanwhile.
create or replace function read.activate_generation(wanted int4) returns void language plpgsql as $$
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
  perform read.grant_views();
end $$;

select read.grant_generation(generation) from read.generations;
select read.grant_views();
