-- Jumps from each patient to the next in the index, so that a page reads one row for each patient, however many visits
-- there were.
with recursive patients (patient_id, latest_visit, place) as (
  (
    select patient_id, starts_at, 1::bigint
    from patient_appointments
    where doctor_id = $1
      and patient_id > $2
      and status in ('CONFIRMED', 'ARRIVED', 'IN_PROGRESS', 'COMPLETED')
    order by patient_id, starts_at desc
    limit 1
  )
  union all
  select next.patient_id, next.starts_at, patients.place + 1
  from patients
  cross join lateral (
    select patient_id, starts_at
    from patient_appointments
    where doctor_id = $1
      and patient_id > patients.patient_id
      and status in ('CONFIRMED', 'ARRIVED', 'IN_PROGRESS', 'COMPLETED')
    order by patient_id, starts_at desc
    limit 1
  ) as next
  where patients.place < $3::bigint
)
select patient_id as "patient_id!", latest_visit as "latest_visit!"
from patients
order by patient_id
