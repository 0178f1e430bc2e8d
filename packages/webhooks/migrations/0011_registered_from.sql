-- Where an endpoint's events begin and where its planning begins are two things: an endpoint that is enabled without a
-- catch-up is planned from there on, and may read back all since its registration. Of endpoints that were enabled so
-- before this, only the later place is known.

alter table delivery.endpoints
  add column registered_from int8 not null default 0,
  add constraint endpoints_registered_from_not_negative check (registered_from >= 0);
update delivery.endpoints set registered_from = from_offset;

comment on column delivery.endpoints.registered_from is
  'first offset of the merchant''s partition whose transition is this endpoint''s: read back, and counted in digests';
comment on column delivery.endpoints.from_offset is
  'first offset whose transition is planned here: that of the registration, or of an enabling without catch-up';
