insert into doctor_directory as stored (
  doctor_id, subject, phi, specialisations, languages, verified, suspended, version
)
select * from unnest(
  $1::uuid[], $2::uuid[], $3::text[], $4::jsonb[], $5::jsonb[], $6::boolean[], $7::boolean[], $8::bigint[]
)
on conflict (doctor_id) do update
set
  phi = excluded.phi,
  specialisations = excluded.specialisations,
  languages = excluded.languages,
  verified = excluded.verified,
  suspended = excluded.suspended,
  version = excluded.version
where excluded.version > stored.version
