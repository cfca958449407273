-- Entries of patients' charts: a row for each note, prescription, allergy, set of vital signs and item of a health summary.
-- Kind, status, times and author are in clear, so that a chart can be filtered and paged; what an entry says is sealed.
create table chart_entries (
  entry_id uuid not null,
  patient_id uuid not null,
  kind text not null,
  status text not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null,
  revision integer not null,
  author_id uuid,
  author_role text,
  doctor_id uuid,
  clinic_id uuid,
  appointment_id uuid,
  subject uuid not null,
  phi text,
  version bigint not null,
  constraint chart_entries_pkey primary key (entry_id)
);
comment on table chart_entries is 'read model: What does a patient''s chart say?';

-- The pages of a chart, the latest first.
create index chart_entries_patient on chart_entries (patient_id, occurred_at, entry_id);

-- The patients of a doctor, one by one, each with the latest visit: a page reads as many rows as it has patients,
-- however often they came.
create index patient_appointments_doctor_patients
  on patient_appointments (doctor_id, patient_id, starts_at desc)
  where status in ('CONFIRMED', 'ARRIVED', 'IN_PROGRESS', 'COMPLETED');
