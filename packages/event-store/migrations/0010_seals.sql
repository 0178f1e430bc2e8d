-- Seals make a change to the log visible that the database itself could not refuse: one by its owner, by a restore, or
-- on the disk below it. Each partition is sealed in blocks, in order; a block holds the Merkle root over its events and
-- the hash of the block before it. docs/tamper-evidence.md has the byte formats and what they prove.
--
-- The sealer is a consumer group (`seal`): its offsets and its blocks are committed together. Nothing is added to the
-- append: no index or trigger of ledger.events, and no foreign key to ledger.partitions, which would have to lock the
-- heads that appends wait for.

create table ledger.seals (
  partition int2 not null,
  block int8 not null,
  from_offset int8 not null,
  next_offset int8 not null,
  sealed_at timestamptz not null,
  root bytea not null,
  previous bytea,
  hash bytea not null,
  leaf_prefixes bytea not null,
  constraint seals_pk primary key (partition, block),
  constraint seals_one_per_stretch unique (partition, next_offset, hash),
  constraint seals_follow_the_block_before
    foreign key (partition, from_offset, previous) references ledger.seals (partition, next_offset, hash),
  constraint seals_begin_at_zero check (
    block >= 0 and (block = 0) = (from_offset = 0) and (block = 0) = (previous is null)
  ),
  constraint seals_not_empty check (next_offset > from_offset),
  constraint seals_hashes_are_sha256 check (octet_length(root) = 32 and octet_length(hash) = 32),
  constraint seals_prefix_per_leaf check (octet_length(leaf_prefixes) = 8 * (next_offset - from_offset))
);

comment on table ledger.seals is 'Blocks of events with their Merkle root, each chained to the one before; append-only';
comment on column ledger.seals.previous is 'hash of the block before; null in block 0, which follows the named genesis';
comment on column ledger.seals.hash is 'SHA-256 over every other column but leaf_prefixes, and the hash before';
comment on column ledger.seals.leaf_prefixes is
  'the first 8 bytes of each leaf, so that verify can name the very event that differs from what was sealed';
comment on constraint seals_pk on ledger.seals is 'serves reading the chain in order, and its last block';
comment on constraint seals_one_per_stretch on ledger.seals is
  'serves finding the block of an offset; the chain can not fork';

call ledger.make_append_only('ledger.seals');

-- A role of its own: whoever may add seals could close the chain over events that no one has looked at, and no other
-- consumer has any use for that.
do $$
begin
  create role settlement_sealer nologin;
exception when duplicate_object or unique_violation then
  null; -- another database of this server has made it
end $$;

grant usage on schema ledger to settlement_sealer;
grant select on ledger.migrations, ledger.partitions, ledger.events to settlement_sealer;
grant select on ledger.consumer_offsets to settlement_sealer;
grant insert (consumer_group, partition), update (next_offset, updated_at, stopped_reason, stopped_at)
  on ledger.consumer_offsets to settlement_sealer;
grant select, insert on ledger.seals to settlement_sealer;
grant select on ledger.seals to settlement_reader;
