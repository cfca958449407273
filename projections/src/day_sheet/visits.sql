select
  visit.appointment_id,
  visit.clinic_id,
  clinic.zone,
  visit.patient_id,
  visit.subject,
  patient.subject as "patient_subject?",
  patient.phi as "patient_phi?",
  visit.starts_at,
  visit.ends_at,
  visit.status,
  visit.hold_until,
  visit.emergency,
  visit.phi,
  visit.version
from day_sheet visit
join day_sheet_clinics clinic on clinic.clinic_id = visit.clinic_id
left join day_sheet_patients patient on patient.patient_id = visit.patient_id
where visit.doctor_id = $1
  and ($2::uuid is null or visit.clinic_id = $2)
  and visit.starts_at >= $3
  and visit.starts_at < $4
order by visit.starts_at, visit.appointment_id
