-- A browser can't set headers on a websocket, and a credential in a URL ends in logs. So a socket opens with a ticket
-- that works once and for seconds. It stands here, not in a process, so that any API node may accept it.

create table access.stream_tickets (
  ticket_hash bytea not null,
  merchant_id text not null,
  key_id text,
  session_hash bytea,
  expires_at timestamptz not null,
  used_at timestamptz,
  constraint stream_tickets_pk primary key (ticket_hash),
  constraint stream_tickets_hash_is_sha256 check (octet_length(ticket_hash) = 32),
  constraint stream_tickets_one_credential check ((key_id is null) <> (session_hash is null))
);

comment on column access.stream_tickets.key_id is
  'the API key it was issued to: the socket ends when the key is revoked';
comment on column access.stream_tickets.session_hash is
  'the session it was issued to: the socket ends with the session';

create index stream_tickets_expiry on access.stream_tickets (expires_at);
comment on index access.stream_tickets_expiry is 'serves the sweep of expired tickets';
