-- What is due at a later time: the end of a hold, later reminders and reconciliations.
--
-- A timer is leased (taken_until, committed), then run, then deleted: a node that dies in between
-- loses nothing, because the lease runs out. What a timer does must bear being done twice.

create table timers (
  kind text not null,
  key text not null,
  due_at timestamptz not null,
  taken_until timestamptz,
  constraint timers_pkey primary key (kind, key)
);
create index timers_due on timers (kind, due_at);
