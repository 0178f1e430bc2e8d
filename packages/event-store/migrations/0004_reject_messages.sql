-- Keeps messages that can't be events, before they leave the queue. A redelivered message is counted, not kept twice.

create function ledger.reject_messages(
  in_message_ids text[], in_codes text[], in_fields text[], in_reasons text[], in_bodies bytea[]
) returns void
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  insert into ledger.rejections as r (message_id, code, field, reason, body, recorded_at, seen)
  select distinct on (message_id) message_id, code, field, reason, body, clock_timestamp(),
         count(*) over (partition by message_id)
  from unnest(in_message_ids, in_codes, in_fields, in_reasons, in_bodies) with ordinality
    as i(message_id, code, field, reason, body, position)
  order by message_id, position
  on conflict on constraint rejections_once_per_message do update set seen = r.seen + excluded.seen;

  insert into ledger.intake as t (day, partition, outcome, currency, messages, amount_minor)
  select (clock_timestamp() at time zone 'UTC')::date, -1, 'rejected', 'XXX', cardinality(in_message_ids), 0
  where cardinality(in_message_ids) > 0
  on conflict on constraint intake_pk do update set messages = t.messages + excluded.messages;
$$;
