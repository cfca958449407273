-- One-time codes as a second factor of accounts that want one.
create table second_factors (
  account_id uuid not null,
  -- Whose key seals the secret: it is gone when the person is erased.
  subject uuid not null,
  secret text not null,
  confirmed boolean not null default false,
  -- The time step of the last code that was used: each is good once.
  last_step bigint not null default 0,
  -- SHA-256 of the codes that are left for the day on which the device is lost.
  recovery_codes bytea[] not null default '{}',
  constraint second_factors_pkey primary key (account_id)
);
comment on table second_factors is 'identity: Secrets of one-time codes, sealed, and recovery codes, as hashes.';
