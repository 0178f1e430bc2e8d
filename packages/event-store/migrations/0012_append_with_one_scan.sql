-- Replaces the body of append_events of 0007, whose head explains the algorithm: the same steps and outcomes, for about
-- three quarters of the server's work (on PostgreSQL 18). Two of its steps are done in another way:
--
-- Step 2, fresh or seen. One index scan is given all keys as an array and sorts them. From PostgreSQL 17 on it then
-- walks the index once from left to right; before, it still saves the join. Which inputs are repeats is worked out only
-- when there are any.
--
-- Step 3, the insert. unnest() of one array in a select list hands its elements on one by one (all arrays in step);
-- unnest() of several arrays in FROM first writes every array to a row store of its own and reads it back.
--
-- The plans are those of an index at any size of the log: with the other ways switched off, what the planner believes
-- of a log that was small when a session planned does not matter. Such a setting holds for every function that is
-- called from here, too: what would harm one of them has a function of its own. Nothing here is worth compiling.

create or replace function ledger.append_events(
  in_keys uuid[], in_types text[], in_versions int2[], in_partitions int2[], in_merchant_ids text[],
  in_subjects text[], in_occurred_ats timestamptz[], in_fingerprints bytea[], in_message_ids text[],
  in_traces text[], in_data jsonb[], in_currencies text[], in_amounts int8[],
  out outcomes text[], out partitions int2[], out offsets int8[], out differing_fields jsonb
)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
as $$
declare
  head record;
  next_offsets int8[]; -- by partition
  recorded timestamptz;
  seen uuid[];
  repeats int8[]; -- positions
  place int;
begin
  perform ledger.assert_appendable(array[
    cardinality(in_keys), cardinality(in_types), cardinality(in_versions), cardinality(in_partitions),
    cardinality(in_merchant_ids), cardinality(in_subjects), cardinality(in_occurred_ats), cardinality(in_fingerprints),
    cardinality(in_message_ids), cardinality(in_traces), cardinality(in_data), cardinality(in_currencies),
    cardinality(in_amounts)], array_position(in_keys, null), array_position(in_partitions, null));

  for head in
    select p.partition, p.next_offset, p.recorded_at from ledger.partitions p
    where p.partition = any (in_partitions) order by p.partition for update
  loop
    next_offsets[head.partition] := head.next_offset;
    recorded := greatest(recorded, head.recorded_at);
  end loop;
  recorded := greatest(recorded, clock_timestamp());

  select array_agg(e.idempotency_key) into seen from ledger.events e where e.idempotency_key = any (in_keys);
  if seen is not null or (select count(distinct k.key) from unnest(in_keys) k(key)) < cardinality(in_keys) then
    repeats := ledger.find_repeats(in_keys, seen);
  end if;

  offsets := array_fill(0::int8, array[cardinality(in_keys)]);
  foreach place in array coalesce(repeats, '{}') loop
    offsets[place] := null;
  end loop;
  for i in 1 .. cardinality(in_keys) loop
    place := in_partitions[i];
    if next_offsets[place] is null then
      raise exception 'partition % does not exist in ledger.partitions', place using errcode = 'assert_failure';
    end if;
    if offsets[i] is not null then
      offsets[i] := next_offsets[place];
      next_offsets[place] := next_offsets[place] + 1;
    end if;
  end loop;
  partitions := in_partitions;

  insert into ledger.events (partition, "offset", version, idempotency_key, occurred_at, recorded_at, type,
                             merchant_id, subject, fingerprint, message_id, trace, data)
  select i.partition, i.new_offset, i.version, i.key, i.occurred_at, recorded, i.type,
         i.merchant_id, i.subject, i.fingerprint, i.message_id, i.trace, i.data
  from (select unnest(in_partitions) as partition, unnest(offsets) as new_offset, unnest(in_versions) as version,
               unnest(in_keys) as key, unnest(in_occurred_ats) as occurred_at, unnest(in_types) as type,
               unnest(in_merchant_ids) as merchant_id, unnest(in_subjects) as subject,
               unnest(in_fingerprints) as fingerprint, unnest(in_message_ids) as message_id,
               unnest(in_traces) as trace, unnest(in_data) as data) i
  where i.new_offset is not null;

  update ledger.partitions p set next_offset = next_offsets[p.partition], recorded_at = recorded
  where p.partition = any (in_partitions) and p.next_offset < next_offsets[p.partition];

  if repeats is not null then
    select j.outcomes, j.partitions, j.offsets, j.differing_fields
    into outcomes, partitions, offsets, differing_fields
    from ledger.judge_repeats(in_keys, in_fingerprints, in_partitions, offsets, in_types, in_subjects, in_occurred_ats,
                              in_data) j;
    if differing_fields is not null then
      perform ledger.keep_conflicts(recorded, outcomes, partitions, offsets, differing_fields, in_keys,
                                    in_fingerprints, in_types, in_merchant_ids, in_subjects, in_occurred_ats, in_data,
                                    in_message_ids);
    end if;
  end if;

  insert into ledger.intake as t (day, partition, outcome, currency, messages, amount_minor)
  select (recorded at time zone 'UTC')::date, i.partition, coalesce(i.outcome, 'appended'),
         coalesce(i.currency, 'XXX'), count(*), coalesce(sum(i.amount), 0)
  from unnest(in_partitions, in_currencies, in_amounts, outcomes) as i(partition, currency, amount, outcome)
  group by 2, 3, 4 order by 2, 3, 4
  on conflict on constraint intake_pk
    do update set messages = t.messages + excluded.messages, amount_minor = t.amount_minor + excluded.amount_minor;
end $$;

-- The positions, from 1, of the inputs whose key was seen or stands earlier in the batch. Both arrays may be large, and
-- the planner takes any array for a small one: a nested loop would compare each key with each.
create function ledger.find_repeats(in_keys uuid[], seen uuid[]) returns int8[]
language sql stable set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_nestloop = off
as $$
  select array_agg(i.position)
  from (select k.position, s.key is not null as is_seen,
               row_number() over (partition by k.key order by k.position rows unbounded preceding) as nth
        from unnest(in_keys) with ordinality as k(key, position)
        left join unnest(seen) as s(key) on s.key = k.key) i
  where i.is_seen or i.nth > 1
$$;

revoke all on function ledger.find_repeats from public;
