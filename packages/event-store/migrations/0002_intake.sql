-- What became of every message: tallies by day and outcome, the conflicts with both bodies, the rejections with the
-- raw body.
-- All three are written in the transaction that decides the outcome, so that
-- received = appended + duplicate + conflict + rejected holds by construction.

create table ledger.intake (
  day date not null,
  partition int2 not null,
  outcome text not null,
  currency text not null,
  messages int8 not null,
  amount_minor numeric not null,
  constraint intake_pk primary key (day, partition, outcome, currency),
  constraint intake_outcome_known check (outcome in ('appended', 'duplicate', 'conflict', 'rejected'))
) with (fillfactor = 70);

comment on table ledger.intake is
  'Messages taken in, by UTC day of intake; partition -1 holds what had no partition (rejections)';
comment on column ledger.intake.currency is 'ISO 4217; XXX (no currency) for events that carry no amount';
comment on column ledger.intake.messages is
  'counts each time a message was written: a delivery, and once more where the answer to a commit was lost';

create table ledger.conflicts (
  conflict_id int8 not null generated always as identity,
  idempotency_key uuid not null,
  fingerprint bytea not null,
  first_partition int2 not null,
  first_offset int8 not null,
  differing_fields text[] not null,
  type text not null,
  merchant_id text not null,
  subject text not null,
  occurred_at timestamptz not null,
  first_data jsonb not null,
  data jsonb not null,
  message_id text,
  recorded_at timestamptz not null,
  seen int8 not null,
  constraint conflicts_pk primary key (conflict_id),
  constraint conflicts_once_per_body unique (idempotency_key, fingerprint)
);

comment on table ledger.conflicts is 'The same idempotency key with another body: kept with both bodies, never applied';
comment on column ledger.conflicts.seen is 'how many times a message with this body arrived';

create table ledger.rejections (
  rejection_id int8 not null generated always as identity,
  message_id text not null,
  code text not null,
  field text not null,
  reason text not null,
  body bytea not null,
  recorded_at timestamptz not null,
  seen int8 not null,
  constraint rejections_pk primary key (rejection_id),
  constraint rejections_once_per_message unique (message_id)
);

comment on table ledger.rejections is 'Messages that are no event, with their raw body as it came';
comment on column ledger.rejections.field is
  'path of the field that is wrong, for example data.amount; empty for the whole body';
comment on column ledger.rejections.seen is 'how many times the queue delivered this message';
