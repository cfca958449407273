insert into account_directory as stored (
  account_id, roles, clinics, person, disabled, subject, phi, version
)
select * from unnest(
  $1::uuid[], $2::jsonb[], $3::jsonb[], $4::jsonb[], $5::boolean[], $6::uuid[], $7::text[], $8::bigint[]
)
on conflict (account_id) do update
set
  roles = excluded.roles,
  clinics = excluded.clinics,
  person = excluded.person,
  disabled = excluded.disabled,
  phi = excluded.phi,
  version = excluded.version
where excluded.version > stored.version
