-- Passwords are changed, devices are known, and owners tell their sessions apart.

-- Counts changes of the password. What was checked against an earlier password opens no session and sets no hash.
alter table credentials add column generation integer not null default 1;
-- Passwords of registrations that were never finished are looked for among the recent ones.
create index credentials_changed on credentials (changed_at);

-- The client as it names itself, shortened.
alter table sessions add column device text;
alter table sessions add column last_used_at timestamptz not null default now();

-- Clients from which an account was signed in to: guesses of others do not slow them down.
create table known_devices (
  token_hash bytea not null,
  account_id uuid not null,
  last_used_at timestamptz not null,
  constraint known_devices_pkey primary key (token_hash),
  constraint known_devices_hash_is_sha256 check (octet_length(token_hash) = 32)
);
create index known_devices_account on known_devices (account_id, last_used_at);
create index known_devices_last_used on known_devices (last_used_at);
comment on table known_devices is 'identity: Clients from which an account was signed in to, by the hash of their token.';

-- Failures are counted per login, per login and client address, per client address and per known device.
alter table login_failures drop constraint login_failures_kind;
alter table login_failures add constraint login_failures_kind
  check (kind in ('client', 'device', 'login', 'login_from_client'));
