insert into day_sheet as stored (
  appointment_id, doctor_id, clinic_id, patient_id, starts_at, ends_at,
  status, hold_until, subject, phi, version, emergency
)
select * from unnest(
  $1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::timestamptz[],
  $7::text[], $8::timestamptz[], $9::uuid[], $10::text[], $11::bigint[],
  $12::boolean[]
)
on conflict (appointment_id) do update
set
  -- Who, where and the occasion of the booking never change.
  starts_at = excluded.starts_at,
  ends_at = excluded.ends_at,
  hold_until = excluded.hold_until,
  status = excluded.status,
  phi = excluded.phi,
  version = excluded.version
where excluded.version > stored.version
