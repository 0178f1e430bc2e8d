-- Secrets are rotated: a new version signs first, the old ones sign beside it until their overlap ends. Beside the
-- shared secret (v1) an endpoint may have an Ed25519 key pair (v1a): its merchant gets the public key alone.

alter table delivery.secrets
  add column scheme text not null default 'v1',
  add column public_key bytea,
  add constraint secrets_scheme_known check (scheme in ('v1', 'v1a')),
  add constraint secrets_public_key_of_v1a check ((scheme = 'v1a') = (public_key is not null)),
  add constraint secrets_public_key_length check (octet_length(public_key) = 32);

comment on column delivery.secrets.scheme is
  'v1: HMAC-SHA-256 with the secret; v1a: Ed25519, and what is sealed is the seed of the private key';
comment on column delivery.secrets.expires_at is
  'null: the current one of its scheme; else it signs beside the current one until then, and is deleted after';

create unique index secrets_one_current on delivery.secrets (endpoint_id, scheme) where expires_at is null;
comment on index delivery.secrets_one_current is 'at most one secret of a scheme is the current one';
create index secrets_expiring on delivery.secrets (expires_at) where expires_at is not null;
comment on index delivery.secrets_expiring is 'the sweep: secrets whose overlap has ended';

create table delivery.secret_actions (
  action_id int8 generated always as identity,
  action text not null,
  endpoint_id text not null,
  version int4 not null,
  scheme text not null,
  actor text not null,
  reason text,
  acted_at timestamptz not null default clock_timestamp(),
  constraint secret_actions_pk primary key (action_id),
  constraint secret_actions_action_known check (action in ('created', 'rotated', 'expired', 'removed', 'resealed')),
  constraint secret_actions_actor_named check (length(actor) between 1 and 200),
  constraint secret_actions_reason_bounded check (length(reason) between 1 and 500),
  constraint secret_actions_of_endpoint foreign key (endpoint_id) references delivery.endpoints (endpoint_id)
);

comment on table delivery.secret_actions is
  'What was done with signing secrets besides signing, when, and by whose word; only added to';
comment on column delivery.secret_actions.version is
  'a version is never given again, so a receipt''s secret_version means one secret for ever';

create index secret_actions_by_endpoint on delivery.secret_actions (endpoint_id, action_id);
comment on index delivery.secret_actions_by_endpoint is 'an endpoint''s actions, and the highest version it ever had';

create trigger secret_actions_are_immutable
  before update or delete or truncate on delivery.secret_actions
  for each statement execute function ledger.refuse_change();

insert into delivery.secret_actions (action, endpoint_id, version, scheme, actor, reason, acted_at)
select 'created', endpoint_id, version, scheme, 'unknown', 'made before actions were recorded', created_at
from delivery.secrets;

-- Deleting is the one thing that the worker may do with secrets besides reading them, and only when it is time.
create function delivery.delete_expired_secrets(secrets_max int4) returns int8
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  with expired as (
    select s.endpoint_id, s.version from delivery.secrets s
    where s.expires_at <= now()
    order by s.expires_at limit secrets_max
    for update skip locked
  ), deleted as (
    delete from delivery.secrets s using expired e
    where s.endpoint_id = e.endpoint_id and s.version = e.version
    returning s.endpoint_id, s.version, s.scheme
  ), recorded as (
    insert into delivery.secret_actions (action, endpoint_id, version, scheme, actor, reason)
    select 'expired', d.endpoint_id, d.version, d.scheme, session_user::text, 'its overlap ended' from deleted d
  )
  select count(*) from deleted
$$;
comment on function delivery.delete_expired_secrets is 'takes away secrets whose overlap has ended, on record';
revoke all on function delivery.delete_expired_secrets from public;
grant execute on function delivery.delete_expired_secrets to settlement_webhooks;

-- The API rotates without ever reading what is sealed: it seals the new secret, and says when the old ones end.
grant select (version, scheme, public_key, created_at, expires_at), update (expires_at)
  on delivery.secrets to settlement_api;
grant select, insert on delivery.secret_actions to settlement_api;
grant select on delivery.secret_actions to settlement_reader;
