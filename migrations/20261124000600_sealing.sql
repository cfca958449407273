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
