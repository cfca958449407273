-- States of long streams, so that loading one does not read all of its events.
--
-- Why: two microseconds per event add up. A snapshot is a cache that survives a restart, and never a
-- truth: it is ignored if its schema is not the program's or if it can't be read, and may be deleted.

create table snapshots (
  aggregate_type text not null,
  aggregate_id text not null,
  -- The state is that after this event.
  sequence bigint not null,
  -- Counted up by the program when the state's form changes.
  schema_version integer not null,
  -- Of whom the state tells; it is sealed then.
  subject uuid,
  state text not null,
  taken_at timestamptz not null default clock_timestamp(),
  constraint snapshots_pkey primary key (aggregate_type, aggregate_id),
  constraint snapshots_of_something check (sequence >= 1)
);
