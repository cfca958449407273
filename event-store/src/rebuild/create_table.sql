-- The statements that create an empty table in the schema `beside` like the live one, in order. `like` would rename
-- constraints and indexes, and leave out rights and storage settings.
with live as (
  select c.oid, c.relname, c.reloptions, c.relacl, c.relowner
  from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relname = $1 and c.relkind = 'r'
)
select s.statement as "statement!"
from live
cross join lateral (
  select
    1 as place,
    0::oid as number,
    format(
      'create table beside.%I (like public.%I including all excluding indexes excluding statistics)',
      relname, relname
    ) as statement
  union all
  select 2, 0::oid, format('alter table beside.%I set (%s)', relname, array_to_string(reloptions, ', '))
  where reloptions is not null
  union all
  select 3, k.oid, format('alter table beside.%I add constraint %I %s', relname, k.conname, pg_get_constraintdef(k.oid))
  from pg_constraint k
  where k.conrelid = live.oid and k.contype in ('p', 'u', 'x')
  union all
  select
    4,
    i.indexrelid,
    replace(
      pg_get_indexdef(i.indexrelid),
      format(' ON public.%I USING ', relname),
      format(' ON beside.%I USING ', relname)
    )
  from pg_index i
  where i.indrelid = live.oid
    and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
  union all
  select 5, 0::oid, format('comment on table beside.%I is %L', relname, obj_description(live.oid, 'pg_class'))
  where obj_description(live.oid, 'pg_class') is not null
) s
order by s.place, s.number
