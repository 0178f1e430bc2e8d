-- A merchant's transitions in the order of the log: what it reads back after being away, what a day's digest is made
-- of, and which of its settled payouts were never acknowledged. Everything those look through is in the index; the
-- payout itself is read only where it is told.

create function read.index_transitions_of_merchants() returns void language plpgsql as $$
begin
  create index payout_transitions_of_merchant on payout_transitions (merchant_id, "offset")
    include (status, payout_id, recorded_at);
  comment on index payout_transitions_of_merchant is
    'serves a merchant''s webhook events, its digests, and the settled payouts that nobody acknowledged';
end $$;

revoke all on function read.index_transitions_of_merchants from public;

create or replace function read.create_generation(wanted int4) returns void language plpgsql as $$
declare
  old_path text := current_setting('search_path');
begin
  insert into read.generations (generation, epoch, status, consumer_group)
  values (wanted, format('g%s-%s', wanted, left(gen_random_uuid()::text, 8)), 'building', format('read_%s', wanted));
  execute format('create schema %I', format('read_g%s', wanted));
  perform set_config('search_path', format('read_g%s', wanted), true);
  perform read.create_generation_tables();
  perform read.create_book_tables();
  perform read.add_version_of_facts();
  perform read.index_transitions_of_merchants();
  perform set_config('search_path', old_path, true);
  perform read.grant_generation(wanted);
end $$;

do $$
declare
  old record;
  old_path text := current_setting('search_path');
begin
  for old in select g.generation from read.generations g loop
    perform set_config('search_path', format('read_g%s', old.generation), true);
    perform read.index_transitions_of_merchants();
  end loop;
  perform set_config('search_path', old_path, true);
end $$;
