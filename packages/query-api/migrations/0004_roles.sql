-- The API's role owns nothing: it reads and writes access, and reads the rest by the grants of the schemas' owners.
-- Group roles belong to the whole server, so it may exist already.

do $$
begin
  create role settlement_api nologin;
exception when duplicate_object or unique_violation then
  null; -- another database of this server has made it
end $$;

grant usage on schema access to settlement_api;
grant select, insert, update, delete on access.login_links, access.sessions, access.stream_tickets to settlement_api;
grant select on access.migrations to settlement_api;
-- Keys are made and revoked by operators' tools, never by the API itself.
grant select on access.api_keys to settlement_api;
