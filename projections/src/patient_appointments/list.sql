select
  appointment_id, patient_id, doctor_id, clinic_id, starts_at, ends_at,
  fee_amount, fee_currency, status, hold_until, booked_at,
  follows_id, grounds, paid_by, cancelled_by, subject, phi, version
from patient_appointments
where patient_id = $1
  and ($2::timestamptz is null or starts_at >= $2)
  and ($3::timestamptz is null or starts_at < $3)
  and (
    $4::text is null
    or $4 = case when status = 'BOOKED' and hold_until <= $5::timestamptz then 'EXPIRED' else status end
  )
  and ($6::timestamptz is null or (starts_at, appointment_id) < ($6, $7::uuid))
order by starts_at desc, appointment_id desc
limit $8
