-- Prints the part of docs/schema.md that comes from the database, for `psql --tuples-only --no-align`.
--
-- A table's comment begins with its area. A solid line is a foreign key; a dotted one is a reference without a
-- constraint, because areas refer to each other by id, and each read model can be rebuilt alone.

create temporary table areas (place integer, area text, title text, description text);
insert into areas values
  (1, 'log', 'The log', 'Written by commands and subscribers.'),
  (2, 'identity', 'Identity', 'Credentials and sessions. Stored outside the log, where they can be replaced and deleted.'),
  (3, 'read model', 'Read models', 'Each written by one projection, from events alone.'),
  (4, 'records', 'Records', 'Drafts of the clinical record, sealed; what is signed is in the log.'),
  (5, 'access', 'Access', 'Who accessed which patient''s data.'),
  (6, 'payments', 'Payments', 'Messages of the payment gateway.'),
  (7, 'sandbox', 'Sandbox', 'Data of the payment sandbox, which runs while no Razorpay keys are set. It refers to no other area.'),
  (8, '', 'Without an area', 'The `comment on table` is missing, or names no area.');

-- The table that a column of this name refers to.
create temporary table targets (column_name name, target name, target_column name);
insert into targets values
  ('account_id', 'account_directory', 'account_id'),
  ('appointment_id', 'patient_appointments', 'appointment_id'),
  ('clinic_id', 'clinic_directory', 'clinic_id'),
  ('doctor_id', 'doctor_directory', 'doctor_id'),
  ('follows_id', 'patient_appointments', 'appointment_id'),
  ('master_epoch', 'master_key_epochs', 'epoch'),
  ('patient_id', 'patient_cards', 'patient_id'),
  ('subject', 'subject_keys', 'subject');

create temporary view tables as
  select
    c.oid,
    c.relname as name,
    coalesce(r.area, '') as area,
    case
      when r.area is null then coalesce(d.comment, '*no comment yet*')
      else substr(d.comment, length(r.area) + 3)
    end as description
  from pg_class c
  cross join lateral (select obj_description(c.oid, 'pg_class') as comment) d
  left join areas r on r.area <> '' and starts_with(d.comment, r.area || ': ')
  where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
    and c.relname <> '_sqlx_migrations';

create temporary view columns as
  select
    t.oid,
    t.name as table_name,
    t.area,
    a.attname as name,
    a.attnum as place,
    replace(replace(format_type(a.atttypid, a.atttypmod), 'timestamp with time zone', 'timestamptz'), ' ', '_') as type,
    a.attnotnull as required,
    exists (select from pg_constraint k where k.conrelid = t.oid and k.contype = 'p' and a.attnum = any (k.conkey)) as in_key
  from tables t
  join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped;

create temporary view line_ends as
  select distinct c.table_name, c.name, f.relname as target, true as enforced
  from columns c
  join pg_constraint k on k.conrelid = c.oid and k.contype = 'f' and c.place = any (k.conkey)
  join pg_class f on f.oid = k.confrelid
  union all
  select c.table_name, c.name, h.target, false
  from columns c
  join targets h on h.column_name = c.name
  join columns there on there.table_name = h.target and there.name = h.target_column
  where c.table_name <> h.target or c.name <> h.target_column;

create temporary view entities as
  select
    t.area,
    t.name,
    format(E'  %s {\n', t.name) || string_agg(
      format('    %s %s', c.type, c.name)
        || case
          when c.in_key and e.name is not null then ' PK,FK'
          when c.in_key then ' PK'
          when e.name is not null then ' FK'
          else ''
        end
        || case when c.required then '' else ' "may be null"' end,
      E'\n' order by c.place
    ) || E'\n  }' as text
  from tables t
  join columns c on c.oid = t.oid
  left join (select distinct table_name, name from line_ends) e on e.table_name = t.name and e.name = c.name
  group by t.area, t.name;

create temporary view relations as
  select
    t.area,
    format('  %s ||%so{ %s : "%s"', e.target, case when e.enforced then '--' else '..' end, e.table_name, e.name) as text
  from line_ends e
  join tables t on t.name = e.table_name
  join tables h on h.name = e.target and h.area = t.area;

create temporary view references_of as
  select
    t.name,
    string_agg(
      format('`%s` → %s', e.name, case when e.enforced then e.target || ' (foreign key)' else e.target end),
      ', ' order by e.name, e.target
    ) as text
  from tables t
  join line_ends e on e.table_name = t.name
  group by t.name;

select
  format(E'## %s\n\n%s\n\n| table | what it is for | refers to |\n|---|---|---|\n', r.title, r.description)
    || (
      select string_agg(format('| `%s` | %s | %s |', t.name, t.description, coalesce(o.text, '')), E'\n' order by t.name collate "C")
      from tables t
      left join references_of o on o.name = t.name
      where t.area = r.area
    )
    || E'\n\n```mermaid\nerDiagram\n'
    || (select string_agg(text, E'\n' order by name collate "C") from entities e where e.area = r.area)
    || coalesce((select E'\n' || string_agg(text, E'\n' order by text collate "C") from relations x where x.area = r.area), '')
    || E'\n```\n'
from areas r
where exists (select from tables t where t.area = r.area)
order by r.place;
