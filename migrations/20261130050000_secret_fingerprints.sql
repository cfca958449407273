-- Fingerprints of the secrets that belong to this database.
--
-- Why: a start with a lost or foreign index key made a new one and went on; no account could sign in, and every
-- address could be registered again. Now such a start is refused. The keyed hash of a random key of 256 bits, and the
-- hash of a public key, reveal nothing. Master keys have their check values in master_key_epochs.

create table secret_fingerprints (
  secret text not null,
  fingerprint bytea not null,
  recorded_at timestamptz not null default clock_timestamp(),
  constraint secret_fingerprints_pkey primary key (secret, fingerprint),
  constraint secret_fingerprints_secret check (secret in ('index-key', 'token-key'))
);

-- Token keys are a set that is rotated; there is one index key for ever.
create unique index secret_fingerprints_index_key on secret_fingerprints (secret) where secret = 'index-key';

comment on table secret_fingerprints is 'identity: Identifies the secrets that belong to this database; a start with others is refused.';
