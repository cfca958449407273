-- The same log three times: as it is, hash-partitioned by aggregate, range-partitioned along the
-- cursor. `from_xid` and `width` say where each of the five first ranges begins.

create table plain (
  epoch smallint not null default 1,
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
  primary key (aggregate_type, aggregate_id, sequence)
);
create index on plain (epoch, transaction_id, position);

create table hashed (
  like plain including defaults including identity,
  primary key (aggregate_type, aggregate_id, sequence)
) partition by hash (aggregate_type, aggregate_id);
create index on hashed (epoch, transaction_id, position);
select format('create table hashed_%s partition of hashed for values with (modulus 8, remainder %s)', n, n)
from generate_series(0, 7) n
\gexec

-- The key has to hold what the table is partitioned by: it is no longer unique across partitions.
create table ranged (
  like plain including defaults including identity,
  primary key (aggregate_type, aggregate_id, sequence, epoch, transaction_id)
) partition by range (epoch, transaction_id);
create index on ranged (epoch, transaction_id, position);
select format(
  'create table ranged_%s partition of ranged for values from (1, %L) to (1, %s)', n,
  case n when 0 then 0 else :from_xid + n * :width end,
  case n when 4 then 'maxvalue' else quote_literal(:from_xid + (n + 1) * :width) end)
from generate_series(0, 4) n
\gexec

-- Counts the statements of each table.
create sequence plain_statement;
create sequence hashed_statement;
create sequence ranged_statement;

-- An id as the program makes them: in the order of time, random behind it.
create function aggregate(number bigint) returns text language sql immutable as $$
  select (lpad(to_hex(number), 12, '0') || substr(md5(number::text), 1, 20))::uuid::text
$$;
