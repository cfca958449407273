-- What a subscriber could not take, so that the rest flows on.
--
-- One row per aggregate that was parked: the first event that was not taken. That event and all later
-- ones of the aggregate wait in the log, in their order, until somebody asks for them to be tried again.
-- The reason names kinds and constraints, never content.

create table dead_letters (
  -- The checkpoint's name and version.
  subscriber text not null,
  version integer not null,
  aggregate_type text not null,
  aggregate_id text not null,
  sequence bigint not null,
  event_type text not null,
  event_version text not null,
  reason text not null,
  attempts integer not null default 1,
  parked_at timestamptz not null default clock_timestamp(),
  tried_at timestamptz not null default clock_timestamp(),
  constraint dead_letters_pkey primary key (subscriber, version, aggregate_type, aggregate_id)
);
comment on table dead_letters is
  'Aggregates that a subscriber could not take, from which event on. Their events wait in the log.';
