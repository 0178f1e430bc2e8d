-- A person comes in by a link that works once and is exchanged for a session; the browser holds the session's token in
-- a cookie. Both tokens are kept as SHA-256. Expiry is by this database's clock, the one clock that all API nodes
-- share.

create table access.login_links (
  token_hash bytea not null,
  merchant_id text,
  role text not null,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  used_at timestamptz,
  constraint login_links_pk primary key (token_hash),
  constraint login_links_hash_is_sha256 check (octet_length(token_hash) = 32),
  constraint login_links_role_known check (role in ('merchant', 'finance', 'operator')),
  constraint login_links_merchant_named check ((role = 'merchant') = (merchant_id is not null))
);

create index login_links_expiry on access.login_links (expires_at);
comment on index access.login_links_expiry is 'serves the sweep of expired links';

create table access.sessions (
  session_hash bytea not null,
  merchant_id text,
  role text not null,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  constraint sessions_pk primary key (session_hash),
  constraint sessions_hash_is_sha256 check (octet_length(session_hash) = 32),
  constraint sessions_role_known check (role in ('merchant', 'finance', 'operator')),
  constraint sessions_merchant_named check ((role = 'merchant') = (merchant_id is not null))
);

create index sessions_expiry on access.sessions (expires_at);
comment on index access.sessions_expiry is 'serves the sweep of expired sessions';
