-- Replaces append_events of 0003: the same outcomes for a fraction of the work. What was one statement over wide rows,
-- sorted several times, is now a few statements that sort keys and numbers only, and the rows go from the arrays into
-- the table in one stream. Amount and currency come beside the data, for the tallies.

alter table ledger.partitions add column recorded_at timestamptz;
comment on column ledger.partitions.recorded_at is
  'recorded_at of the last event, null before the first: the next is never below it, also after a clock is set back';

alter table ledger.conflicts
  add constraint conflicts_fingerprint_is_sha256 check (octet_length(fingerprint) = 32);
alter table ledger.events
  add constraint events_occurred_at_is_finite check (isfinite(occurred_at)),
  add constraint events_version_is_positive check (version > 0);
alter table ledger.intake
  add constraint intake_currency_is_a_code check (currency ~ '^[A-Z]{3}$');

drop function ledger.append_events;

-- Appends a batch and says, for each input in input order, what became of it:
--   appended   at this new (partition, offset)
--   duplicate  of the event at this (partition, offset): same key, same fingerprint
--   conflict   with the event at this (partition, offset): same key, another fingerprint
-- The answer is one row of arrays, one element an input; outcomes is null when every input was appended, and
-- differing_fields has {"<position from 1>": [fields]} for the conflicts.
--
-- 1. The heads of the batch's partitions are locked in ascending order, so that two appends never wait for heads in a
--    circle. Appends to other partitions go on beside this one.
-- 2. A LATER statement tells fresh keys from seen ones: waiting for a lock inside a statement does not renew its
--    snapshot, a new statement does. Only the first input of a fresh key gets a number, so offsets stay dense.
-- 3. The unique index remains the arbiter. The one race left is the same key arriving at the same moment under another
--    merchant, hence from another partition: then the insert fails with events_idempotency_key_unique, nothing of the
--    batch is kept, and the caller tries again and is told of the conflict. Two such batches with several keys in
--    opposite order may wait for each other in the index: PostgreSQL ends one (deadlock), and its caller tries again.
-- 4. After the insert every key of the batch is in the log, so an input without a number is compared with the log.
--
-- The plans are made for any size of the log at once: an index lookup a key, also while the log is so small that
-- walking the whole index would be cheaper, because a session keeps its plans while the log grows. The limit keeps the
-- planner from making a join of it, which it would do by reading everything.

create function ledger.append_events(
  in_keys uuid[], in_types text[], in_versions int2[], in_partitions int2[], in_merchant_ids text[],
  in_subjects text[], in_occurred_ats timestamptz[], in_fingerprints bytea[], in_message_ids text[],
  in_traces text[], in_data jsonb[], in_currencies text[], in_amounts int8[],
  out outcomes text[], out partitions int2[], out offsets int8[], out differing_fields jsonb
)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
declare
  head record;
  next_offsets int8[]; -- by partition
  recorded timestamptz;
  repeats int8[];
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

  select array_agg(i.position) into repeats
  from (select k.position, e.idempotency_key is not null as is_seen,
               row_number() over (partition by k.key order by k.position rows unbounded preceding) as nth
        from unnest(in_keys) with ordinality as k(key, position)
        left join lateral (select e.idempotency_key from ledger.events e
                           where e.idempotency_key = k.key limit 1) e on true) i
  where i.is_seen or i.nth > 1;

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
  from unnest(in_partitions, offsets, in_versions, in_keys, in_occurred_ats, in_types, in_merchant_ids, in_subjects,
              in_fingerprints, in_message_ids, in_traces, in_data)
    as i(partition, new_offset, version, key, occurred_at, type, merchant_id, subject, fingerprint, message_id, trace,
         data)
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

comment on function ledger.append_events is 'The only way into ledger.events';

-- What holds of every call, checked before anything is locked. unnest() would fill a shorter array up with nulls.
create function ledger.assert_appendable(lengths int[], null_key int, null_partition int) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'append_events needs READ COMMITTED: another isolation level would not see what it waited for'
      using errcode = 'invalid_transaction_state';
  end if;
  if array_position(lengths, null) is not null or not lengths[1] = all (lengths) then
    raise exception 'append_events needs arrays of one length; it was given %', lengths
      using errcode = 'assert_failure';
  end if;
  if null_key is not null or null_partition is not null then
    raise exception 'append_events needs a key and a partition for every input; input % has none',
      coalesce(null_key, null_partition) using errcode = 'assert_failure';
  end if;
end $$;

-- Compares the inputs that got no number with the event that stands under their key.
create function ledger.judge_repeats(
  in_keys uuid[], in_fingerprints bytea[], in_partitions int2[], new_offsets int8[],
  in_types text[], in_subjects text[], in_occurred_ats timestamptz[], in_data jsonb[],
  out outcomes text[], out partitions int2[], out offsets int8[], out differing_fields jsonb
)
language sql stable set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
as $$
  select array_agg(case when i.new_offset is not null then 'appended'
                        when i.fingerprint = e.fingerprint then 'duplicate' else 'conflict' end order by i.position),
         array_agg(coalesce(e.partition, i.partition) order by i.position),
         array_agg(coalesce(i.new_offset, e."offset") order by i.position),
         jsonb_object_agg(i.position, ledger.differing_fields(
           jsonb_build_object('type', i.type, 'subject', i.subject, 'time', i.occurred_at, 'data', i.data),
           jsonb_build_object('type', e.type, 'subject', e.subject, 'time', e.occurred_at, 'data', e.data)))
           filter (where i.new_offset is null and i.fingerprint is distinct from e.fingerprint)
  from unnest(in_keys, in_fingerprints, in_partitions, new_offsets, in_types, in_subjects, in_occurred_ats, in_data)
    with ordinality as i(key, fingerprint, partition, new_offset, type, subject, occurred_at, data, position)
  left join lateral (select * from ledger.events e
                     where i.new_offset is null and e.idempotency_key = i.key limit 1) e on true
$$;

-- Keeps both bodies of every conflict of a batch, once for each body.
create function ledger.keep_conflicts(
  recorded timestamptz, outcomes text[], partitions int2[], offsets int8[], fields jsonb, in_keys uuid[],
  in_fingerprints bytea[], in_types text[], in_merchant_ids text[], in_subjects text[], in_occurred_ats timestamptz[],
  in_data jsonb[], in_message_ids text[]
) returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
  insert into ledger.conflicts as c (idempotency_key, fingerprint, first_partition, first_offset, differing_fields,
                                     type, merchant_id, subject, occurred_at, first_data, data, message_id,
                                     recorded_at, seen)
  select distinct on (i.key, i.fingerprint) i.key, i.fingerprint, i.partition, i."offset",
         array(select jsonb_array_elements_text(fields -> i.position::text)), i.type, i.merchant_id, i.subject,
         i.occurred_at, e.data, i.data, i.message_id, recorded, count(*) over (partition by i.key, i.fingerprint)
  from unnest(outcomes, partitions, offsets, in_keys, in_fingerprints, in_types, in_merchant_ids, in_subjects,
              in_occurred_ats, in_data, in_message_ids) with ordinality
    as i(outcome, partition, "offset", key, fingerprint, type, merchant_id, subject, occurred_at, data, message_id,
         position)
  join ledger.events e on e.partition = i.partition and e."offset" = i."offset"
  where i.outcome = 'conflict'
  order by i.key, i.fingerprint, i.position
  on conflict on constraint conflicts_once_per_body do update set seen = c.seen + excluded.seen
$$;

revoke all on function ledger.append_events, ledger.assert_appendable, ledger.judge_repeats, ledger.keep_conflicts
  from public;
grant execute on function ledger.append_events to settlement_writer;
