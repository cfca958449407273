-- The shape of a table, without its schema and its rights: two tables with the same lines can replace each other.
-- Empty if there is no such table.
with found as (
  select n.nspname, c.oid, c.relname, c.relpersistence, c.relrowsecurity, c.reloptions
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and c.relname = $2 and c.relkind = 'r'
)
select l.line as "line!"
from found
cross join lateral (
  select format('table %s %s %s', relpersistence, relrowsecurity, reloptions) as line
  union all
  select
    format(
      'column %I %s %s %s %s %s %s', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
      a.attcollation::regcollation, a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid)
    )
  from pg_attribute a
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attrelid = found.oid and a.attnum > 0 and not a.attisdropped
  union all
  select format('constraint %I %s', k.conname, pg_get_constraintdef(k.oid))
  from pg_constraint k
  where k.conrelid = found.oid
  union all
  select format('index %s', replace(pg_get_indexdef(i.indexrelid), format(' ON %I.%I USING ', nspname, relname), ' USING '))
  from pg_index i
  where i.indrelid = found.oid
  union all
  select format('trigger %I', t.tgname)
  from pg_trigger t
  where t.tgrelid = found.oid
  union all
  select format('policy %I', p.polname)
  from pg_policy p
  where p.polrelid = found.oid
  union all
  select format('statistics %I', s.stxname)
  from pg_statistic_ext s
  where s.stxrelid = found.oid
) l
order by l.line
