-- Sending again: who triggered an attempt, jobs that re-send many deliveries, and the dead letters they are made for.

alter table delivery.queue add column triggered_by text not null default 'schedule';
alter table delivery.queue add constraint queue_triggered_by_known check (
  length(triggered_by) <= 200
  and (triggered_by = 'schedule' or triggered_by like 'resend by %' or triggered_by like 'job %')
);
comment on column delivery.queue.triggered_by is
  'who wants the next attempt: schedule, resend by <actor>, job <id>; a retry after it is the schedule''s again';

alter table delivery.attempts add column triggered_by text not null default 'schedule';
comment on column delivery.attempts.triggered_by is 'schedule, resend by <actor>, job <id>';

-- Exactly the exhausted deliveries. A table of their own, because an index over deliveries.state would take from every
-- delivery's update its place on the page.
create table delivery.dead_letters (
  delivery_id uuid not null,
  last_outcome text not null,
  exhausted_at timestamptz not null default now(),
  announce_at timestamptz default now(),
  constraint dead_letters_pk primary key (delivery_id)
);
comment on column delivery.dead_letters.announce_at is
  'outbox: when its message for the dead-letter queue may be sent (again); null once SQS has taken it';

create index dead_letters_recent on delivery.dead_letters (exhausted_at desc, delivery_id);
comment on index delivery.dead_letters_recent is 'listing dead letters, newest first';
create index dead_letters_to_announce on delivery.dead_letters (announce_at) where announce_at is not null;
comment on index delivery.dead_letters_to_announce is 'the outbox: what SQS has not taken yet';

insert into delivery.dead_letters (delivery_id, last_outcome, exhausted_at)
select delivery_id, coalesce(last_outcome, 'gone'), completed_at from delivery.deliveries where state = 'exhausted';

create table delivery.resend_jobs (
  job_id text not null,
  merchant_id text,
  filter jsonb not null,
  requested_by text not null,
  state text not null default 'running',
  rate_per_second int4 not null,
  total int8 not null,
  created_at timestamptz not null default now(),
  next_batch_at timestamptz not null default now(),
  next_look_at timestamptz not null default now(),
  finished_at timestamptz,
  constraint resend_jobs_pk primary key (job_id),
  constraint resend_jobs_id_form check (job_id ~ '^rj_[0-9a-f]{32}$'),
  constraint resend_jobs_state_known check (state in ('running', 'paused', 'cancelled', 'completed')),
  constraint resend_jobs_rate_bounded check (rate_per_second between 1 and 10000),
  constraint resend_jobs_total_not_negative check (total >= 0),
  constraint resend_jobs_completed_when_finished check (state <> 'completed' or finished_at is not null)
);
comment on column delivery.resend_jobs.merchant_id is 'whose deliveries and whose job; null: an operator''s, over all';
comment on column delivery.resend_jobs.next_batch_at is 'when its rate lets the next deliveries out';
comment on column delivery.resend_jobs.next_look_at is 'when it is looked again at what became of those let out';
comment on column delivery.resend_jobs.finished_at is
  'no item is waiting or sending any more; a cancelled job finishes when what it let out is over';

create index resend_jobs_open on delivery.resend_jobs (next_batch_at) where finished_at is null;
comment on index delivery.resend_jobs_open is 'workers: the job whose turn it is';
create index resend_jobs_recent on delivery.resend_jobs (created_at desc, job_id);
comment on index delivery.resend_jobs_recent is 'listing jobs, newest first';

-- No foreign key to deliveries: one that retention takes away leaves its item, with the reason.
create table delivery.resend_items (
  job_id text not null,
  delivery_id uuid not null,
  endpoint_id text not null,
  state text not null default 'waiting',
  reason text,
  finished_at timestamptz,
  constraint resend_items_pk primary key (job_id, delivery_id),
  constraint resend_items_of_job foreign key (job_id) references delivery.resend_jobs (job_id),
  constraint resend_items_state_known check (
    state in ('waiting', 'sending', 'delivered', 'exhausted', 'cancelled', 'skipped')
  ),
  constraint resend_items_finished_when_final check ((state in ('waiting', 'sending')) = (finished_at is null)),
  constraint resend_items_skipped_with_reason check ((state = 'skipped') = (reason is not null))
);
comment on column delivery.resend_items.reason is 'why it was skipped';

create index resend_items_waiting on delivery.resend_items (job_id, endpoint_id, delivery_id) where state = 'waiting';
comment on index delivery.resend_items_waiting is 'workers: the next items of each endpoint, oldest first';
create index resend_items_sending on delivery.resend_items (job_id, delivery_id) where state = 'sending';
comment on index delivery.resend_items_sending is 'workers: items whose end is awaited';

grant select, insert, update, delete on delivery.dead_letters to settlement_webhooks;
grant select, update on delivery.resend_jobs, delivery.resend_items to settlement_webhooks;

grant insert, update on delivery.queue to settlement_api;
grant insert on delivery.attempts to settlement_api;
grant select, delete on delivery.dead_letters to settlement_api;
grant select, insert, update on delivery.resend_jobs, delivery.resend_items to settlement_api;

grant select on delivery.dead_letters, delivery.resend_jobs, delivery.resend_items to settlement_reader;
