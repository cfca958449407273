insert into chart_entries as stored (
  entry_id, patient_id, kind, status, occurred_at, recorded_at, revision, author_id, author_role,
  doctor_id, clinic_id, appointment_id, subject, phi, version
)
select * from unnest(
  $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[],
  $7::integer[], $8::uuid[], $9::text[],
  $10::uuid[], $11::uuid[], $12::uuid[], $13::uuid[], $14::text[], $15::bigint[]
)
on conflict (entry_id) do update
set
  -- Patient, kind, author and visit never change.
  status = excluded.status,
  occurred_at = excluded.occurred_at,
  revision = excluded.revision,
  phi = excluded.phi,
  version = excluded.version
where excluded.version > stored.version
