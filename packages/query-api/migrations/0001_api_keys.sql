-- Keys for programs. Only the SHA-256 of a key is kept: whoever reads this table can't call the API with it.

create table access.api_keys (
  key_id text not null,
  key_hash bytea not null,
  role text not null,
  merchant_id text,
  name text not null,
  created_at timestamptz not null default clock_timestamp(),
  revoked_at timestamptz,
  constraint api_keys_pk primary key (key_id),
  constraint api_keys_hash_unique unique (key_hash),
  constraint api_keys_hash_is_sha256 check (octet_length(key_hash) = 32),
  constraint api_keys_role_known check (role in ('merchant', 'finance', 'operator')),
  constraint api_keys_merchant_named check ((role = 'merchant') = (merchant_id is not null))
);

comment on column access.api_keys.merchant_id is 
  'whose data a merchant''s key reads; finance and operator name a merchant per request';
comment on constraint api_keys_hash_unique on access.api_keys is 'serves every request that carries a key';
