-- The paths at which two event bodies differ: type, subject, time, or data.<member>.

create function ledger.differing_fields(one jsonb, other jsonb) returns text[]
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(field order by field), '{}')
  from (
    select key as field from jsonb_object_keys(one) key
    where key <> 'data' and one -> key is distinct from other -> key
    union
    select 'data.' || key
    from (select jsonb_object_keys(one -> 'data') union select jsonb_object_keys(other -> 'data')) k(key)
    where one -> 'data' -> key is distinct from other -> 'data' -> key
  ) differing
$$;

-- Appends a batch and says, for each input in input order, what became of it:
--   appended   at this new (partition, offset)
--   duplicate  of the event at this (partition, offset): same key, same fingerprint
--   conflict   with the event at this (partition, offset): same key, another fingerprint; differing_fields
--              names what differs
--
-- 1. The heads of the batch's partitions are locked in ascending order, so that two appends never wait in a circle.
-- 2. A LATER statement tells fresh keys from seen ones: waiting for a lock inside a statement does not renew its
--    snapshot, a new statement does. Only fresh keys get numbers, so offsets stay dense.
-- 3. The unique index remains the arbiter. The one race left is the same key arriving at the same moment under another
--    merchant, hence from another partition: then the insert fails with events_idempotency_key_unique, nothing of the
--    batch is kept, and the caller tries again and is told of the conflict.

create function ledger.append_events(
  in_keys uuid[], in_types text[], in_versions int2[], in_partitions int2[], in_merchant_ids text[],
  in_subjects text[], in_occurred_ats timestamptz[], in_fingerprints bytea[], in_message_ids text[],
  in_traces text[], in_data jsonb[]
) returns table ("position" int8, outcome text, "partition" int2, "offset" int8, differing_fields text[])
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  recorded timestamptz;
  heads_wanted int;
  heads_locked int;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'append_events needs READ COMMITTED: another isolation level would not see what it waited for'
      using errcode = 'invalid_transaction_state';
  end if;

  perform from ledger.partitions p where p.partition = any (in_partitions) order by p.partition for update;
  get diagnostics heads_locked = row_count;
  select count(distinct w) into heads_wanted from unnest(in_partitions) w;
  if heads_locked <> heads_wanted then
    raise exception 'a partition of the batch does not exist in ledger.partitions' using errcode = 'assert_failure';
  end if;

  recorded := clock_timestamp(); -- after the locks, so that it never decreases within a partition

  return query
  with input as materialized (
    select * from unnest(in_keys, in_types, in_versions, in_partitions, in_merchant_ids, in_subjects, in_occurred_ats,
                         in_fingerprints, in_message_ids, in_traces, in_data) with ordinality
      as i(key, type, version, partition, merchant_id, subject, occurred_at, fingerprint, message_id, trace, data,
           position)
  ),
  looked_up as (
    select i.*, h.next_offset,
           e.partition as seen_partition, e."offset" as seen_offset,
           e.offset is null and row_number() over (partition by i.key order by i.position) = 1 as is_fresh
    from input i
    join ledger.partitions h on h.partition = i.partition
    left join ledger.events e on e.idempotency_key = i.key
  ),
  numbered as (
    select l.*,
           l.next_offset - 1 + count(*) filter (where l.is_fresh) over (partition by l.partition order by l.position)
             as new_offset
    from looked_up l
  ),
  fresh as materialized (
    select * from numbered where is_fresh
  ),
  stored as (
    insert into ledger.events (partition, "offset", version, idempotency_key, occurred_at, recorded_at, type,
                               merchant_id, subject, fingerprint, message_id, trace, data)
    select partition, new_offset, version, key, occurred_at, recorded, type, merchant_id,
           subject, fingerprint, message_id, trace, data
    from fresh order by partition, new_offset
  ),
  advanced as (
    update ledger.partitions h set next_offset = h.next_offset + f.appended
    from (select partition, count(*) as appended from fresh group by partition) f
    where h.partition = f.partition
  ),
  judged as materialized (
    select n.*,
           coalesce(n.seen_partition, first_value(n.partition) over same_key) as first_partition,
           coalesce(n.seen_offset, first_value(n.new_offset) over same_key) as first_offset,
           first_value(n.position) over same_key as first_position
    from numbered n
    window same_key as (partition by n.key order by n.position)
  ),
  compared as materialized (
    select j.*,
           case when j.is_fresh then 'appended'
                when j.fingerprint = coalesce(e.fingerprint, b.fingerprint) then 'duplicate'
                else 'conflict' end as outcome,
           case when j.is_fresh or j.fingerprint = coalesce(e.fingerprint, b.fingerprint) then null
                else ledger.differing_fields(
                  jsonb_build_object('type', j.type, 'subject', j.subject, 'time', j.occurred_at, 'data', j.data),
                  jsonb_build_object('type', coalesce(e.type, b.type), 'subject', coalesce(e.subject, b.subject),
                                     'time', coalesce(e.occurred_at, b.occurred_at), 'data', coalesce(e.data, b.data)))
                end as differing_fields,
           coalesce(e.data, b.data) as first_data
    from judged j
    -- An input that is not fresh stands against the stored event, or against the first of its key in this batch.
    left join ledger.events e on not j.is_fresh and e.idempotency_key = j.key
    left join input b on not j.is_fresh and j.seen_offset is null and b.position = j.first_position
  ),
  kept_conflicts as (
    insert into ledger.conflicts as c (idempotency_key, fingerprint, first_partition, first_offset, differing_fields,
                                       type, merchant_id, subject, occurred_at, first_data, data, message_id,
                                       recorded_at, seen)
    select distinct on (key, fingerprint) key, fingerprint, first_partition, first_offset, differing_fields, type,
           merchant_id, subject, occurred_at, first_data, data, message_id, recorded,
           count(*) over (partition by key, fingerprint)
    from compared where outcome = 'conflict' order by key, fingerprint, position
    on conflict on constraint conflicts_once_per_body do update set seen = c.seen + excluded.seen
  ),
  tallied as (
    insert into ledger.intake as t (day, partition, outcome, currency, messages, amount_minor)
    select (recorded at time zone 'UTC')::date, partition, outcome, coalesce(data ->> 'currency', 'XXX'), count(*),
           coalesce(sum((data ->> 'amount')::numeric), 0)
    from compared group by partition, outcome, coalesce(data ->> 'currency', 'XXX')
    order by partition, outcome, coalesce(data ->> 'currency', 'XXX')
    on conflict on constraint intake_pk
      do update set messages = t.messages + excluded.messages,
                    amount_minor = t.amount_minor + excluded.amount_minor
  )
  select c.position, c.outcome, c.first_partition, c.first_offset, c.differing_fields
  from compared c order by c.position;
end $$;

comment on function ledger.append_events is 'The only way into ledger.events';
