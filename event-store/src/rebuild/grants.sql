-- The statements that grant the rights on a live table also on its copy.
select
  format(
    'grant %s on beside.%I to %s%s',
    a.privilege_type,
    c.relname,
    case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end,
    case when a.is_grantable then ' with grant option' else '' end
  ) as "statement!"
from pg_class c
cross join lateral aclexplode(c.relacl) a
where c.relnamespace = 'public'::regnamespace and c.relname = $1 and a.grantee <> c.relowner
