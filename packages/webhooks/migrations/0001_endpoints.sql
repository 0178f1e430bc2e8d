-- Where a merchant wants to be told, and with which secret it checks that it was us.

create table delivery.endpoints (
  endpoint_id text not null,
  merchant_id text not null,
  url text not null,
  event_types text[] not null default '{payout.settled}',
  status text not null default 'enabled',
  from_offset int8 not null default 0,
  concurrency_max int4 not null default 8,
  created_at timestamptz not null default now(),
  disabled_at timestamptz,
  disabled_reason text,
  constraint endpoints_pk primary key (endpoint_id),
  constraint endpoints_id_form check (endpoint_id ~ '^we_[0-9a-f]{32}$'),
  constraint endpoints_url_length check (length(url) between 1 and 2048),
  constraint endpoints_event_types_known check (
    cardinality(event_types) > 0 and event_types <@ array[
      'payout.initiated', 'payout.submitted', 'payout.settled', 'payout.failed', 'payout.returned'
    ]
  ),
  constraint endpoints_status_known check (status in ('enabled', 'disabled', 'removed')),
  constraint endpoints_disabled_with_reason check (
    (status = 'enabled') = (disabled_at is null) and (disabled_at is null) = (disabled_reason is null)
  ),
  constraint endpoints_from_offset_not_negative check (from_offset >= 0),
  constraint endpoints_concurrency_positive check (concurrency_max between 1 and 1000)
) with (fillfactor = 80);

comment on column delivery.endpoints.from_offset is
  'first offset of the merchant''s partition whose transition is delivered here: nothing older than the registration';
comment on column delivery.endpoints.concurrency_max is 'attempts in flight at most, over all workers';
comment on column delivery.endpoints.status is 'removed rows stay, so that receipts keep their address';

create index endpoints_by_merchant on delivery.endpoints (merchant_id) where status <> 'removed';
comment on index delivery.endpoints_by_merchant is 'planning: a merchant''s endpoints; and listing them';

create table delivery.secrets (
  endpoint_id text not null,
  version int4 not null,
  ciphertext bytea not null,
  key_id text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  constraint secrets_pk primary key (endpoint_id, version),
  constraint secrets_of_endpoint foreign key (endpoint_id) references delivery.endpoints (endpoint_id),
  constraint secrets_version_positive check (version > 0)
);

comment on table delivery.secrets is
  'AES-256-GCM: nonce (12 bytes), ciphertext, tag (16), bound to endpoint and version; several during a rotation';
comment on column delivery.secrets.key_id is 'which key encrypted it: the start of the key''s SHA-256';
