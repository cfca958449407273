insert into patient_appointments as stored (
  appointment_id, patient_id, doctor_id, clinic_id, starts_at, ends_at,
  fee_amount, fee_currency, status, hold_until, booked_at,
  follows_id, grounds, paid_by, cancelled_by, subject, phi, version
)
select * from unnest(
  $1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::timestamptz[],
  $7::bigint[], $8::text[], $9::text[], $10::timestamptz[], $11::timestamptz[],
  $12::uuid[], $13::jsonb[], $14::uuid[], $15::text[], $16::uuid[], $17::text[], $18::bigint[]
)
on conflict (appointment_id) do update
set
  -- Who, where and for how much never change.
  starts_at = excluded.starts_at,
  ends_at = excluded.ends_at,
  hold_until = excluded.hold_until,
  status = excluded.status,
  grounds = excluded.grounds,
  paid_by = excluded.paid_by,
  cancelled_by = excluded.cancelled_by,
  phi = excluded.phi,
  version = excluded.version
where excluded.version > stored.version
