-- Prints docs/schema.md's part that comes from the database, for `psql --tuples-only --no-align`.
--
-- Rooms come from the tables' comments. A solid line is a foreign key; a dotted one is a reference that
-- nothing enforces: rooms know each other by ids only, and read models can each be made again alone.

create temporary table rooms (place integer, room text, title text, words text);
insert into rooms values
  (1, 'log', 'The log', 'What commands write, and what follows the log.'),
  (2, 'identity', 'Identity', 'What it takes to sign in. Beside the log, where it can be replaced and removed.'),
  (3, 'read model', 'Read models', 'Written by one projection each, from the log alone.'),
  (4, 'sandbox', 'Sandbox', 'A payment gateway for trying things out, which runs while no real one is set. It knows no other room.'),
  (5, '', 'Without a room', 'Their `comment on table` is missing, or names no room.');

-- Where the thing lives that a column of this name tells of.
create temporary table homes (column_name name, home name, home_column name);
insert into homes values
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
    coalesce(r.room, '') as room,
    case
      when r.room is null then coalesce(d.comment, '*nothing is said yet*')
      else substr(d.comment, length(r.room) + 3)
    end as words
  from pg_class c
  cross join lateral (select obj_description(c.oid, 'pg_class') as comment) d
  left join rooms r on r.room <> '' and starts_with(d.comment, r.room || ': ')
  where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
    and c.relname <> '_sqlx_migrations';

create temporary view columns as
  select
    t.oid,
    t.name as table_name,
    t.room,
    a.attname as name,
    a.attnum as place,
    replace(replace(format_type(a.atttypid, a.atttypmod), 'timestamp with time zone', 'timestamptz'), ' ', '_') as type,
    a.attnotnull as required,
    exists (select from pg_constraint k where k.conrelid = t.oid and k.contype = 'p' and a.attnum = any (k.conkey)) as in_key
  from tables t
  join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped;

create temporary view line_ends as
  select distinct c.table_name, c.name, f.relname as home, true as enforced
  from columns c
  join pg_constraint k on k.conrelid = c.oid and k.contype = 'f' and c.place = any (k.conkey)
  join pg_class f on f.oid = k.confrelid
  union all
  select c.table_name, c.name, h.home, false
  from columns c
  join homes h on h.column_name = c.name
  join columns there on there.table_name = h.home and there.name = h.home_column
  where c.table_name <> h.home or c.name <> h.home_column;

create temporary view entities as
  select
    t.room,
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
  group by t.room, t.name;

create temporary view relations as
  select
    t.room,
    format('  %s ||%so{ %s : "%s"', e.home, case when e.enforced then '--' else '..' end, e.table_name, e.name) as text
  from line_ends e
  join tables t on t.name = e.table_name
  join tables h on h.name = e.home and h.room = t.room;

create temporary view references_of as
  select
    t.name,
    string_agg(
      format('`%s` → %s', e.name, case when e.enforced then e.home || ' (foreign key)' else e.home end),
      ', ' order by e.name, e.home
    ) as text
  from tables t
  join line_ends e on e.table_name = t.name
  group by t.name;

select
  format(E'## %s\n\n%s\n\n| table | what it is for | refers to |\n|---|---|---|\n', r.title, r.words)
    || (
      select string_agg(format('| `%s` | %s | %s |', t.name, t.words, coalesce(o.text, '')), E'\n' order by t.name collate "C")
      from tables t
      left join references_of o on o.name = t.name
      where t.room = r.room
    )
    || E'\n\n```mermaid\nerDiagram\n'
    || (select string_agg(text, E'\n' order by name collate "C") from entities e where e.room = r.room)
    || coalesce((select E'\n' || string_agg(text, E'\n' order by text collate "C") from relations x where x.room = r.room), '')
    || E'\n```\n'
from rooms r
where exists (select from tables t where t.room = r.room)
order by r.place;
