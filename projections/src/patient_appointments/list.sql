-- The latest first. Without the filter by status: a generic plan takes a filter that may be null for one that few
-- rows pass, and sorts all of a patient's appointments.
select
  appointment_id, patient_id, doctor_id, clinic_id, starts_at, ends_at,
  fee_amount, fee_currency, status, hold_until, booked_at,
  follows_id, grounds, paid_by, cancelled_by, subject, phi, version
from patient_appointments
where patient_id = $1
  and starts_at >= coalesce($2, '-infinity'::timestamptz)
  and (starts_at, appointment_id) < (
    coalesce($3, 'infinity'::timestamptz), coalesce($4, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
  )
  -- With `or` alone a generic plan would expect few rows, and sort all of the patient's.
  and case
    when $6::uuid[] is null then true
    else clinic_id = any ($6) or coalesce(doctor_id = $7, false)
  end
order by starts_at desc, appointment_id desc
limit $5
