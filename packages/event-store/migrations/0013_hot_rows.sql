-- The heads, the tallies and the groups' offsets are a few rows that are updated all day long. Their old versions are
-- cleared away as they are passed (they change no index, and the tables have a fillfactor), but only those that no
-- snapshot can see any more. One snapshot that stays (a dump, a transaction that somebody forgot, a replication slot
-- that nobody reads) keeps all of them, and every append walks past them: fifty times as slow after a few thousand
-- commits. This says whether it is so, and who does it. It runs with the owner's rights, for a session is seen by its
-- own role and by members of pg_read_all_stats only; an owner that is neither superuser nor a member sees its own and
-- says so.

create function ledger.hot_rows(
  out dead_heads int8, out dead_tallies int8, out dead_offsets int8, out sees_all boolean,
  out snapshot_seconds float8, out snapshot_holder text, out snapshot_transactions int8
)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with holders as (
    select extract(epoch from clock_timestamp() - xact_start)::float8 as seconds,
           greatest(age(backend_xmin), age(backend_xid)) as transactions,
           format('%s, process %s, user %s', coalesce(nullif(application_name, ''), backend_type), pid, usename)
             as holder
    from pg_stat_activity
    where (datname = current_database() or datname is null) and pid <> pg_backend_pid()
      and (backend_xmin is not null or backend_xid is not null)
      and pid not in (select v.pid from pg_stat_progress_vacuum v) -- a vacuum keeps nothing from another one
    union all
    select extract(epoch from clock_timestamp() - prepared)::float8, age(transaction),
           format('prepared transaction %s of %s', gid, owner)
    from pg_prepared_xacts where database = current_database()
    union all
    select null, greatest(age(xmin), 0), format('replication slot %s', slot_name)
    from pg_replication_slots where xmin is not null
  ),
  oldest as (select * from holders order by transactions desc, seconds desc nulls last limit 1)
  select pg_stat_get_dead_tuples('ledger.partitions'::regclass), pg_stat_get_dead_tuples('ledger.intake'::regclass),
         pg_stat_get_dead_tuples('ledger.consumer_offsets'::regclass),
         pg_has_role(current_user, 'pg_read_all_stats', 'usage'),
         o.seconds, o.holder, o.transactions
  from (values (true)) as always left join oldest o on true
$$;

revoke all on function ledger.hot_rows from public;
grant execute on function ledger.hot_rows to settlement_sealer, settlement_operator, settlement_reader;
comment on function ledger.hot_rows is
  'row versions that were not cleared away yet, and the oldest snapshot that keeps them, as far as the owner sees it';
