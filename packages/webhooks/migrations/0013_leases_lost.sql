-- Leases that end without a receipt are counted: a delivery that takes its workers with it must not be the first that
-- the next one is given. And a worker of the release before may record an attempt that something follows: it knows
-- nothing of wanted_by, and leaves it to the next claim.

alter table delivery.queue
  add column leases_lost int4 not null default 0,
  drop constraint queue_wanted_while_claimed;
comment on column delivery.queue.leases_lost is 'leases in a row that ended without a receipt';
