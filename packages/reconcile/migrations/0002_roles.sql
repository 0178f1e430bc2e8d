-- Who reconciles reads everything and may add certificates. Reading is settlement_reader's, so a login for it is a
-- member of both. Group roles belong to the whole server, so they may exist already.

do $$
declare
  wanted text;
begin
  foreach wanted in array array['settlement_reconciler', 'settlement_reader'] loop
    begin
      execute format('create role %I nologin', wanted);
    exception when duplicate_object or unique_violation then
      null; -- another schema or another database of this server has made it
    end;
  end loop;
end $$;

grant usage on schema reconcile to settlement_reconciler, settlement_reader;
grant select on reconcile.migrations, reconcile.certificates to settlement_reconciler, settlement_reader;
grant insert (partition, day, previous, hash, body) on reconcile.certificates to settlement_reconciler;
