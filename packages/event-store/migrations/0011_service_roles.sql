-- A role per service, with the least it needs of the ledger. Nobody but the owner may change a table's rows past the
-- log's functions; a consumer moves the offsets of its own group only. docs/roles.md has the whole table, over all
-- schemas. Group roles belong to the whole server, so they may exist already.

do $$
declare
  wanted text;
begin
  foreach wanted in array array['settlement_projector', 'settlement_webhooks', 'settlement_api'] loop
    begin
      execute format('create role %I nologin', wanted);
    exception when duplicate_object or unique_violation then
      null; -- another schema or another database of this server has made it
    end;
  end loop;
end $$;

grant usage on schema ledger to settlement_projector, settlement_webhooks, settlement_api;
grant select on ledger.migrations to settlement_projector, settlement_webhooks, settlement_api, settlement_operator;

-- The projector applies the log.
grant select on ledger.partitions, ledger.events, ledger.consumer_offsets to settlement_projector;
grant insert (consumer_group, partition), update (next_offset, updated_at, stopped_reason, stopped_at)
  on ledger.consumer_offsets to settlement_projector;

-- The webhook worker follows the read models' transitions, up to where their projector is; it reads no event.
grant select on ledger.partitions, ledger.consumer_offsets to settlement_webhooks;
grant insert (consumer_group, partition), update (next_offset, updated_at, stopped_reason, stopped_at)
  on ledger.consumer_offsets to settlement_webhooks;

-- The API says what its answers are as of.
grant select on ledger.partitions, ledger.consumer_offsets to settlement_api;

-- The sealer moves its group as the other consumers do.
revoke insert, update on ledger.consumer_offsets from settlement_sealer;
grant insert (consumer_group, partition), update (next_offset, updated_at, stopped_reason, stopped_at)
  on ledger.consumer_offsets to settlement_sealer;

-- Everybody who may see offsets sees all of them; who may move them moves those of its own group. A role that is not
-- named here (the owner's functions) is not held back by a policy.
alter table ledger.consumer_offsets enable row level security;
create policy everyone_sees_all on ledger.consumer_offsets using (true) with check (true);

create policy projector_joins_read_groups on ledger.consumer_offsets as restrictive for insert
  to settlement_projector with check (starts_with(consumer_group, 'read_'));
create policy projector_moves_read_groups on ledger.consumer_offsets as restrictive for update
  to settlement_projector using (starts_with(consumer_group, 'read_'));
create policy webhooks_join_their_group on ledger.consumer_offsets as restrictive for insert
  to settlement_webhooks with check (consumer_group = 'webhooks');
create policy webhooks_move_their_group on ledger.consumer_offsets as restrictive for update
  to settlement_webhooks using (consumer_group = 'webhooks');
create policy sealer_joins_its_group on ledger.consumer_offsets as restrictive for insert
  to settlement_sealer with check (consumer_group = 'seal');
create policy sealer_moves_its_group on ledger.consumer_offsets as restrictive for update
  to settlement_sealer using (consumer_group = 'seal');

-- Consumers that are not of this system have groups of their own.
create policy others_join_other_groups on ledger.consumer_offsets as restrictive for insert
  to settlement_consumer
  with check (consumer_group not in ('webhooks', 'seal') and not starts_with(consumer_group, 'read_'));
create policy others_move_other_groups on ledger.consumer_offsets as restrictive for update
  to settlement_consumer
  using (consumer_group not in ('webhooks', 'seal') and not starts_with(consumer_group, 'read_'));

-- Seals are as immutable as events are, and a change of theirs is on record, too.
call ledger.make_append_only('ledger.seals');
