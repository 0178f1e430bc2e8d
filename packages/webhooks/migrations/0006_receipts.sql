-- What a receipt lacked to explain an attempt: how its time was spent, where it went, what was asked, and a fingerprint
-- of the answer. And what a search for deliveries walks.

alter table delivery.attempts
  add column first_byte_at timestamptz,
  add column dns_ms int4,
  add column connect_ms int4,
  add column tls_ms int4,
  add column wait_ms int4,
  add column destination_ip inet,
  add column request_headers jsonb,
  add column response_sha256 bytea,
  add constraint attempts_phases_not_negative check (
    coalesce(dns_ms, 0) >= 0 and coalesce(connect_ms, 0) >= 0 and coalesce(tls_ms, 0) >= 0 and coalesce(wait_ms, 0) >= 0
  ),
  add constraint attempts_sha256_length check (octet_length(response_sha256) = 32),
  add constraint attempts_blocked_tell_no_address check (outcome <> 'blocked_target' or destination_ip is null);

comment on column delivery.attempts.dns_ms is
  'asking for the name''s addresses; null, as connect_ms and tls_ms, where a connection kept alive was used again';
comment on column delivery.attempts.wait_ms is 'from the request''s last byte to the answer''s first';
comment on column delivery.attempts.destination_ip is 'that was connected to, or tried; never of a blocked target';
comment on column delivery.attempts.request_headers is
  'as sent, with what could be a credential of the merchant redacted';
comment on column delivery.attempts.response_sha256 is
  'of the decoded bytes that were kept (the whole body unless response_truncated), as they came';

-- A delivery's id begins with the millisecond of its event, so its order is that of time and never changes: pages can
-- neither repeat nor skip, and a range of time is a range of ids. State and last outcome are in no index on purpose: a
-- delivery that is completed would then be written to every index of the table.
create index deliveries_of_merchant on delivery.deliveries (merchant_id, delivery_id);
comment on index delivery.deliveries_of_merchant is 'searching a merchant''s deliveries, newest first';
create index deliveries_of_endpoint on delivery.deliveries (endpoint_id, delivery_id);
comment on index delivery.deliveries_of_endpoint is 'searching an endpoint''s deliveries, newest first';
drop index delivery.deliveries_recent;

-- Receipts of finished deliveries go when the operator's retention is over.
grant delete on delivery.attempts to settlement_webhooks;
