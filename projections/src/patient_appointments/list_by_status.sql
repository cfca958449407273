-- The latest first. A filter by status reads past the patient's other appointments: an index that has the
-- status would cost every change of a status more than it saves here.
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
  and $5 = case when status = 'BOOKED' and hold_until <= $6::timestamptz then 'EXPIRED' else status end
  -- With `or` alone a generic plan would expect few rows, and sort all of the patient's.
  and case
    when $8::uuid[] is null then true
    else clinic_id = any ($8) or coalesce(doctor_id = $9, false)
  end
order by starts_at desc, appointment_id desc
limit $7
