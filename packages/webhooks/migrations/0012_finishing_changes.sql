-- What follows a change of an endpoint, page by page, is kept with the endpoint until it is done, so that a worker can
-- go on with it when whoever began is gone. And a delivery that is wanted again while an attempt is under way keeps
-- both apart: who wanted the one, and who wants the next.

alter table delivery.endpoints add column enabling_since timestamptz;
update delivery.endpoints set enabling_since = now() where catch_up_from is not null and status = 'enabled';
comment on column delivery.endpoints.enabling_since is
  'registered or enabled then, and what waited is not all released yet, or what was missed not all planned; null: done';

alter table delivery.queue
  add column wanted_by text,
  add constraint queue_wanted_while_claimed check (wanted_by is null or claimed_at is not null);
comment on column delivery.queue.wanted_by is
  'who wants another attempt when the one under way is over; becomes triggered_by then';
