-- The worker plans, claims and records; the API registers and removes endpoints and reads receipts; a reader reads all
-- but secrets. Group roles belong to the whole server, so they may exist already.

do $$
declare
  wanted text;
begin
  foreach wanted in array array['settlement_webhooks', 'settlement_api', 'settlement_reader'] loop
    begin
      execute format('create role %I nologin', wanted);
    exception when duplicate_object or unique_violation then
      null; -- another schema or another database of this server has made it
    end;
  end loop;
end $$;

grant usage on schema delivery to settlement_webhooks, settlement_api, settlement_reader;

grant select, update on delivery.endpoints to settlement_webhooks;
grant select on delivery.secrets to settlement_webhooks;
grant select, insert, update on delivery.deliveries, delivery.attempts to settlement_webhooks;
grant select, insert, update, delete on delivery.queue to settlement_webhooks;

grant select, insert, update on delivery.endpoints to settlement_api;
grant insert, delete on delivery.secrets to settlement_api;
grant select (endpoint_id) on delivery.secrets to settlement_api;
grant select, update on delivery.deliveries to settlement_api;
grant select, delete on delivery.queue to settlement_api;
grant select on delivery.attempts to settlement_api;

grant select on delivery.endpoints, delivery.deliveries, delivery.queue, delivery.attempts to settlement_reader;
