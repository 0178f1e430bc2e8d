-- Where each partition stood at a moment: the offset of its last event that was recorded by then, -1 before the first.
-- recorded_at never decreases within a partition and offsets are dense, so halving finds it in a few look-ups of the
-- primary key, whatever the size of the log. It tells nothing of any event, so those may ask who may not read the log.
create function ledger.offsets_at(moment timestamptz)
returns table (of_partition int2, last_offset int8)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  with recursive halved(of_partition, low, high) as (
    select p.partition, 0::int8, p.next_offset from ledger.partitions p
    union all
    select h.of_partition,
           case when e.recorded_at <= moment then m.middle + 1 else h.low end,
           case when e.recorded_at <= moment then h.high else m.middle end
    from halved h
    cross join lateral (select (h.low + h.high) / 2 as middle) m
    join ledger.events e on e.partition = h.of_partition and e."offset" = m.middle
    where h.low < h.high
  )
  select h.of_partition, h.low - 1 from halved h where h.low = h.high
$$;

revoke all on function ledger.offsets_at from public;
grant execute on function ledger.offsets_at to settlement_api, settlement_projector, settlement_reader;
comment on function ledger.offsets_at is 'each partition''s last offset recorded at or before a moment';
