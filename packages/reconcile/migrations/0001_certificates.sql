-- What a partition's day came to, as finance has seen it: the very text that was hashed, chained to that of the day
-- before. The text is kept and not its parts, so that whoever has it can hash it without this code.

create table reconcile.certificates (
  partition int2 not null,
  day date not null,
  day_before date not null generated always as (day - 1) stored,
  certified_at timestamptz not null default clock_timestamp(),
  previous bytea,
  hash bytea not null,
  body text not null,
  constraint certificates_pk primary key (partition, day),
  constraint certificates_one_per_day_and_hash unique (partition, day, hash),
  constraint certificates_follow_the_day_before
    foreign key (partition, day_before, previous) references reconcile.certificates (partition, day, hash),
  constraint certificates_hash_is_of_body check (hash = sha256(convert_to(body, 'UTF8')))
);

create unique index certificates_begin_once on reconcile.certificates (partition) where previous is null;

comment on table reconcile.certificates is 'What the days of each partition came to, each chained to the day before';
comment on column reconcile.certificates.partition is '-1 is what had no partition: messages that were rejected';
comment on column reconcile.certificates.body is 'canonical JSON: sorted keys, no white space, whole numbers';
comment on column reconcile.certificates.previous is 'hash of the day before; null on the first day of the log';
comment on constraint certificates_pk on reconcile.certificates is 'serves reading the chain in order, and its end';
comment on constraint certificates_one_per_day_and_hash on reconcile.certificates is 'what the next day refers to';
comment on index reconcile.certificates_begin_once is 'the rule that a chain has one beginning';

call ledger.make_append_only('reconcile.certificates');
