-- Keys of persons, so that a person can be erased from a log that forgets nothing.
--
-- Why: what an event or a read model says of a person is sealed under a key of that person. The key
-- lies here, wrapped by a master key that the database never sees; without it, the rest is noise.

-- One row per person who was ever spoken of. The tombstone is the row itself: the primary key decides
-- every race between making a key and erasing it, and no key is ever made again for an erased person.
create table subject_keys (
  subject uuid not null,
  key_version smallint not null,
  -- Which master key wraps it.
  master_epoch smallint,
  wrapped bytea,
  created_at timestamptz not null default clock_timestamp(),
  erased_at timestamptz,
  constraint subject_keys_pkey primary key (subject),
  constraint subject_keys_key_or_tombstone check (
    (wrapped is not null and master_epoch is not null and erased_at is null)
    or (wrapped is null and master_epoch is null and erased_at is not null)
  )
);
-- Rotation goes through the keys of old epochs; every node asks who was erased of late.
create index subject_keys_master_epoch on subject_keys (master_epoch) where master_epoch is not null;
create index subject_keys_erased_at on subject_keys (erased_at) where erased_at is not null;

-- The check value proves at start that a master key is the one that the keys were wrapped by.
create table master_key_epochs (
  epoch smallint not null,
  check_value bytea not null,
  opened_at timestamptz not null default clock_timestamp(),
  retired_at timestamptz,
  constraint master_key_epochs_pkey primary key (epoch),
  constraint master_key_epochs_from_one check (epoch >= 1)
);

-- Whose name it is, so that an erased person's names go with the key.
alter table reservations add column subject uuid;
create index reservations_subject on reservations (subject) where subject is not null;

-- Round two again, with the subjects of names as its last argument.
drop function append_each(
  integer,
  integer[], text[], text[], bigint[], text[], text[], jsonb[], jsonb[],
  integer[], bytea[], bytea[], jsonb[], text[], text[], bigint[],
  integer[], text[], uuid[], timestamptz[], timestamptz[], text[], timestamptz[],
  integer[], text[],
  integer[], text[],
  integer[], text[], bytea[], text[],
  integer[], text[], text[],
  integer[], text[], text[], bigint[]
);

create function append_each(
  commands integer,
  event_ordinals integer[], aggregate_types text[], aggregate_ids text[], sequences bigint[],
  event_types text[], event_versions text[], payloads jsonb[], metadata jsonb[],
  key_ordinals integer[], keys bytea[], fingerprints bytea[], replies jsonb[],
  key_aggregate_types text[], key_aggregate_ids text[], key_sequences bigint[],
  claim_ordinals integer[], kinds text[], resources uuid[], starts timestamptz[], ends timestamptz[],
  holders text[], held_until timestamptz[],
  settled_ordinals integer[], settled text[],
  released_ordinals integer[], released text[],
  name_ordinals integer[], spaces text[], names bytea[], name_holders text[],
  freed_ordinals integer[], freed_spaces text[], freed_holders text[],
  basis_ordinals integer[], basis_types text[], basis_ids text[], basis_versions bigint[],
  name_subjects uuid[]
) returns table (ordinal integer, refused_by text, epoch smallint, transaction_id text, last_position bigint)
language plpgsql as $$
declare
  current_epoch smallint := (select current from log_epoch);
begin
  for n in 1..commands loop
    ordinal := n;
    refused_by := null;
    epoch := current_epoch;
    transaction_id := pg_current_xact_id()::text;
    last_position := null;
    begin
      perform (b.version = (
        select coalesce(max(log.sequence), 0) from events log
        where log.aggregate_type = b.aggregate_type and log.aggregate_id = b.aggregate_id
      ))::stream_unmoved
      from unnest(basis_ordinals, basis_types, basis_ids, basis_versions)
        as b (command, aggregate_type, aggregate_id, version)
      where b.command = n;

      insert into idempotency_keys (key, fingerprint, reply, aggregate_type, aggregate_id, sequence)
      select r.key, r.fingerprint, r.reply, r.aggregate_type, r.aggregate_id, r.sequence
      from unnest(key_ordinals, keys, fingerprints, replies, key_aggregate_types, key_aggregate_ids, key_sequences)
        as r (command, key, fingerprint, reply, aggregate_type, aggregate_id, sequence)
      where r.command = n;

      with inserted as (
        insert into events as log (epoch, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
        select current_epoch, e.aggregate_type, e.aggregate_id, e.sequence, e.event_type, e.event_version, e.payload, e.metadata
        from unnest(event_ordinals, aggregate_types, aggregate_ids, sequences, event_types, event_versions, payloads, append_each.metadata)
          as e (command, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
        where e.command = n
        returning log.position
      )
      select max(inserted.position) into last_position from inserted;

      update slot_claims c set held_until = null
      from unnest(settled_ordinals, settled) as s (command, holder)
      where s.command = n and c.holder = s.holder;

      delete from slot_claims c
      using unnest(released_ordinals, released) as s (command, holder)
      where s.command = n and c.holder = s.holder;

      insert into slot_claims (kind, resource, during, holder, held_until)
      select c.kind, c.resource, tstzrange(c.starts_at, c.ends_at), c.holder, c.held_until
      from unnest(claim_ordinals, kinds, resources, starts, ends, holders, append_each.held_until)
        as c (command, kind, resource, starts_at, ends_at, holder, held_until)
      where c.command = n;

      delete from reservations r
      using unnest(freed_ordinals, freed_spaces, freed_holders) as f (command, space, holder)
      where f.command = n and r.space = f.space and r.holder = f.holder;

      insert into reservations (space, key, holder, subject)
      select r.space, r.key, r.holder, r.subject
      from unnest(name_ordinals, spaces, names, name_holders, name_subjects)
        as r (command, space, key, holder, subject)
      where r.command = n;
    exception when integrity_constraint_violation then
      get stacked diagnostics refused_by = constraint_name;
    end;
    return next;
  end loop;
end;
$$;
