-- The log and what is written in the same breath with it.
--
-- Why one file: an append is one statement over these tables, so they only make sense together.
-- `events` is append-only by three fences: the app role has no UPDATE or DELETE on it, a trigger
-- refuses them even to the owner, and nothing in the code asks.

create extension if not exists btree_gist;

-- Transaction ids die with the cluster that gave them out. A restore opens a new epoch, so that
-- (epoch, transaction_id, position) stays an order for ever.
create table log_epoch (
  only_row boolean primary key default true,
  current smallint not null,
  opened_at timestamptz not null default now(),
  constraint log_epoch_only_row check (only_row)
);
insert into log_epoch (current) values (1);

create table events (
  epoch smallint not null,
  -- Readers follow the order of transactions and stop below the oldest one still running: an
  -- identity alone is given out before the commit and would let a late commit slip by unread.
  transaction_id xid8 not null default pg_current_xact_id(),
  position bigint generated always as identity,
  aggregate_type text not null,
  aggregate_id text not null,
  sequence bigint not null,
  event_type text not null,
  event_version text not null,
  payload jsonb not null,
  metadata jsonb not null,
  recorded_at timestamptz not null default clock_timestamp(),
  constraint events_pkey primary key (aggregate_type, aggregate_id, sequence),
  constraint events_sequence_from_one check (sequence >= 1)
);
create index events_cursor on events (epoch, transaction_id, position);

create function refuse_to_rewrite_history() returns trigger language plpgsql as $$
begin
  raise exception 'events are append-only: % refused', tg_op using errcode = 'insufficient_privilege';
end;
$$;

create trigger events_append_only
  before update or delete or truncate on events
  for each statement execute function refuse_to_rewrite_history();

-- One row per command that came with an idempotency key. Holds hashes keyed by the client's own
-- key, which is not stored, and a reply made of ids and states: nothing here describes a person.
create table idempotency_keys (
  key bytea not null,
  fingerprint bytea not null,
  reply jsonb not null,
  aggregate_type text not null,
  aggregate_id text not null,
  sequence bigint not null,
  recorded_at timestamptz not null default clock_timestamp(),
  constraint idempotency_keys_pkey primary key (key)
);
create index idempotency_keys_recorded_at on idempotency_keys using brin (recorded_at);

-- What can be held by one holder at a time. Partial constraints per kind, each with its own name,
-- because the name is the verdict that comes back.
create table slot_claims (
  kind text not null,
  resource uuid not null,
  during tstzrange not null,
  holder text not null,
  -- Until when an unpaid hold lasts; null once it is for good.
  held_until timestamptz,
  constraint slot_claims_pkey primary key (holder, kind),
  constraint slot_claims_not_empty check (not isempty(during)),
  constraint slot_claims_known_kind check (kind in ('doctor', 'patient')),
  constraint slot_claim_doctor_no_overlap
    exclude using gist (resource with =, during with &&) where (kind = 'doctor'),
  constraint slot_claim_patient_no_overlap
    exclude using gist (resource with =, during with &&) where (kind = 'patient')
);

-- Names that belong to one holder. `key` is a keyed hash where the name is personal.
create table reservations (
  space text not null,
  key bytea not null,
  holder text not null,
  constraint reservations_pkey primary key (holder, space),
  constraint reservations_known_space check (space in ('account.login'))
);
create unique index account_login_unique on reservations (key) where space = 'account.login';

-- Where each subscriber stands. Written in the transaction of the subscriber's own writes.
create table subscription_checkpoints (
  name text not null,
  version integer not null,
  epoch smallint not null,
  transaction_id xid8 not null,
  position bigint not null,
  updated_at timestamptz not null default clock_timestamp(),
  constraint subscription_checkpoints_pkey primary key (name, version)
);
