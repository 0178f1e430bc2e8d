-- Replaces the body of append_events of 0012, whose head (and that of 0007) explains it. Only its last statement is
-- new: the tallies, too, take their arrays element by element from a select list, as the insert does, and not from a
-- row store in FROM. Where there are no repeats `outcomes` is null, and a select list fills the shorter up with nulls,
-- as FROM did. An append costs the server about a twentieth less for it.

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
  from (select unnest(in_partitions) as partition, unnest(in_currencies) as currency, unnest(in_amounts) as amount,
               unnest(outcomes) as outcome) i
  group by 2, 3, 4 order by 2, 3, 4
  on conflict on constraint intake_pk
    do update set messages = t.messages + excluded.messages, amount_minor = t.amount_minor + excluded.amount_minor;
end $$;
