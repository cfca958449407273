-- Who accessed which patient's data, and with which outcome: one row per patient and decision, written before the data
-- leave. It holds ids, and nothing that identifies a person.
--
-- (epoch, transaction_id, position) is its order, as that of the log of events. Rows are only added: the program's role
-- may insert and select, and a trigger refuses changes even to the owner. It is partitioned by month, so that months past
-- their retention are detached and dropped as a whole, and the indexes of new rows stay small.
create sequence access_log_position;

create table access_log (
  recorded_at timestamptz not null,
  epoch smallint not null,
  transaction_id xid8 not null default pg_current_xact_id(),
  position bigint not null default nextval('access_log_position'),
  account_id uuid not null,
  doctor_id uuid,
  role text not null,
  patient_id uuid not null,
  item_kind text not null,
  item_id uuid not null,
  outcome text not null,
  -- By which relation; null if it was refused.
  relation text,
  break_glass_id uuid,
  request_id uuid not null,
  constraint access_log_pkey primary key (recorded_at, position),
  constraint access_log_known_outcome check (outcome in ('GRANTED', 'REFUSED')),
  constraint access_log_grants_have_a_relation check ((outcome = 'GRANTED') = (relation is not null))
) partition by range (recorded_at);
create index access_log_of_patient on access_log (patient_id, recorded_at, position);
create index access_log_order on access_log (epoch, transaction_id, position);
comment on table access_log is
  'access: Who accessed which patient''s data, when, by which relation, and who was refused. Append-only, by month.';

create function refuse_to_rewrite_access_log() returns trigger language plpgsql as $$
begin
  raise exception 'the access log is append-only: % refused', tg_op using errcode = 'insufficient_privilege';
end;
$$;

-- For each row, so that partitions have it, too; of a truncation each partition has its own.
create trigger access_log_append_only
  before update or delete on access_log
  for each row execute function refuse_to_rewrite_access_log();
create trigger access_log_not_truncated
  before truncate on access_log
  for each statement execute function refuse_to_rewrite_access_log();

-- Adds the partition of a month (UTC), if it is missing, and returns whether it was. It runs as the owner, because the
-- program's role makes no tables. A table is attached under a lock that inserts do not wait for.
create function access_log_add_partition(month date) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  first date := date_trunc('month', month)::date;
  partition text := 'access_log_' || to_char(first, 'YYYY_MM');
begin
  if first not between date '1900-01-01' and date '2300-01-01' then
    raise exception 'no partition of the access log for %', first using errcode = 'datetime_field_overflow';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('access_log_add_partition', 0));
  if to_regclass(format('public.%I', partition)) is not null then
    return false;
  end if;
  execute format('create table %I (like access_log including defaults including constraints)', partition);
  execute format(
    'alter table access_log attach partition %I for values from (%L) to (%L)',
    partition,
    first || ' 00:00:00+00',
    (first + interval '1 month')::date || ' 00:00:00+00'
  );
  execute format(
    'create trigger access_log_not_truncated before truncate on %I
       for each statement execute function refuse_to_rewrite_access_log()',
    partition
  );
  execute format(
    'comment on table %I is %L', partition, format('access: The access log of %s.', to_char(first, 'YYYY-MM'))
  );
  return true;
end;
$$;
revoke all on function access_log_add_partition(date) from public;
