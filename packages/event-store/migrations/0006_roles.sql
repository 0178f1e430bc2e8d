-- Roles and grants are the interface. Group roles belong to the whole server, so they may exist already.

do $$
declare
  wanted text;
begin
  foreach wanted in array array['settlement_writer', 'settlement_consumer', 'settlement_reader'] loop
    begin
      execute format('create role %I nologin', wanted);
    exception when duplicate_object or unique_violation then
      null; -- another database of this server has made it
    end;
  end loop;
end $$;

revoke all on all functions in schema ledger from public;
grant usage on schema ledger to settlement_writer, settlement_consumer, settlement_reader;

-- Every service checks at start that the schema is as new as its code.
grant select on ledger.migrations to settlement_writer, settlement_consumer, settlement_reader;

-- The writer may append and reject, and read the number of partitions; it owns nothing and reads no event.
grant execute on function ledger.append_events, ledger.reject_messages to settlement_writer;
grant select on ledger.partitions to settlement_writer;

-- A consumer reads the log and moves its group's offsets.
grant select on ledger.partitions, ledger.events to settlement_consumer;
grant select, insert, update on ledger.consumer_offsets to settlement_consumer;

grant select on all tables in schema ledger to settlement_reader;
