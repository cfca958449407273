-- What it takes to sign in and stay signed in: password hashes, sessions, failed attempts.
--
-- Why here and not in the log: the log never forgets, and these must be replaced, revoked and
-- removed. Nothing here names a person: accounts are ids, tokens, logins and addresses are hashes.

-- One password hash per account, a PHC string that says how it was made.
create table credentials (
  account_id uuid not null,
  password_hash text not null,
  changed_at timestamptz not null,
  constraint credentials_pkey primary key (account_id)
);

-- One row per sign-in on one client: the family of its refresh tokens.
create table sessions (
  session_id uuid not null,
  account_id uuid not null,
  opened_at timestamptz not null,
  -- However often it is refreshed, it ends here.
  expires_at timestamptz not null,
  revoked_at timestamptz,
  constraint sessions_pkey primary key (session_id),
  constraint sessions_end_after_they_open check (expires_at > opened_at)
);
create index sessions_account on sessions (account_id) where revoked_at is null;
-- Every node asks every second or two which sessions were revoked of late.
create index sessions_revoked on sessions (revoked_at) where revoked_at is not null;
create index sessions_expiry on sessions (expires_at);

-- Used tokens stay until their session ends: one that comes back was stolen, on one side or the
-- other (RFC 9700 §4.14).
create table refresh_tokens (
  token_hash bytea not null,
  session_id uuid not null,
  issued_at timestamptz not null,
  used_at timestamptz,
  -- Which token took over, so that parallel refreshes can once be given the same successor.
  successor_hash bytea,
  constraint refresh_tokens_pkey primary key (token_hash),
  constraint refresh_tokens_session foreign key (session_id)
    references sessions (session_id) on delete cascade,
  constraint refresh_tokens_hash_is_sha256 check (octet_length(token_hash) = 32),
  constraint refresh_tokens_used_with_successor check ((used_at is null) = (successor_hash is null))
);
-- At most one token of a session is current, whatever the program believes.
create unique index refresh_tokens_one_current on refresh_tokens (session_id) where used_at is null;
create index refresh_tokens_session_id on refresh_tokens (session_id);

-- Failed sign-ins per login and per client address, both as keyed hashes.
create table login_failures (
  kind text not null,
  key_hash bytea not null,
  failures integer not null,
  blocked_until timestamptz not null,
  -- When it is as if nothing had happened.
  forgotten_at timestamptz not null,
  constraint login_failures_pkey primary key (kind, key_hash),
  constraint login_failures_kind check (kind in ('client', 'login')),
  constraint login_failures_hash_has_32_bytes check (octet_length(key_hash) = 32),
  constraint login_failures_count check (failures > 0)
);
create index login_failures_forgotten on login_failures (forgotten_at);
