-- Read models: the tables that questions are answered from.
--
-- Why: the log is in the order in which things happened, and nobody asks in that order. Each table
-- here belongs to one projection, which alone writes it and can write it again from the log.
-- - `version` is the number of the last event of the row's aggregate that the row knows, so that an
--   event that comes twice changes nothing.
-- - What tells of a person stands in `phi`, beside the `subject` that it tells of: an object, or
--   JSON null once the subject was erased. No other column and no log line holds any of it.

-- Which clinics are there? Names sort as people expect, whatever locale the cluster was made with.
create table clinic_directory (
  clinic_id uuid not null,
  name text collate "und-x-icu" not null,
  city text not null,
  zone text not null,
  currency text not null,
  version bigint not null,
  constraint clinic_directory_pkey primary key (clinic_id)
);
create index clinic_directory_name on clinic_directory (name, clinic_id);

-- Which doctors are there, and where and on what terms do they work?
create table doctor_directory (
  doctor_id uuid not null,
  subject uuid not null,
  phi jsonb not null,
  specialisations jsonb not null,
  languages jsonb not null,
  verified boolean not null,
  version bigint not null,
  constraint doctor_directory_pkey primary key (doctor_id)
);
create index doctor_directory_name on doctor_directory (
  (phi = 'null'),
  (coalesce(phi ->> 'name', '') collate "und-x-icu"),
  doctor_id
);
create index doctor_directory_specialisations
  on doctor_directory using gin (specialisations jsonb_path_ops);

create table doctor_affiliations (
  doctor_id uuid not null,
  clinic_id uuid not null,
  zone text not null,
  slot_minutes smallint not null,
  hours jsonb not null,
  fee_amount bigint not null,
  fee_currency text not null,
  version bigint not null,
  constraint doctor_affiliations_pkey primary key (doctor_id, clinic_id)
);
create index doctor_affiliations_clinic on doctor_affiliations (clinic_id, doctor_id);

-- Which appointments does a patient have?
create table patient_appointments (
  appointment_id uuid not null,
  patient_id uuid not null,
  doctor_id uuid not null,
  clinic_id uuid not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  fee_amount bigint not null,
  fee_currency text not null,
  -- As the history has it: a hold that nobody expired yet reads as BOOKED.
  status text not null,
  hold_until timestamptz not null,
  booked_at timestamptz not null,
  grounds jsonb,
  cancelled_by text,
  subject uuid not null,
  phi jsonb not null,
  version bigint not null,
  constraint patient_appointments_pkey primary key (appointment_id)
);
create index patient_appointments_patient
  on patient_appointments (patient_id, starts_at, appointment_id);

-- Whom does a doctor see on a day? The clinics give the wall clock that a day is meant by.
create table day_sheet (
  appointment_id uuid not null,
  doctor_id uuid not null,
  clinic_id uuid not null,
  patient_id uuid not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  status text not null,
  hold_until timestamptz not null,
  subject uuid not null,
  phi jsonb not null,
  version bigint not null,
  constraint day_sheet_pkey primary key (appointment_id)
);
create index day_sheet_doctor on day_sheet (doctor_id, starts_at);

create table day_sheet_patients (
  patient_id uuid not null,
  subject uuid not null,
  phi jsonb not null,
  version bigint not null,
  constraint day_sheet_patients_pkey primary key (patient_id)
);

create table day_sheet_clinics (
  clinic_id uuid not null,
  zone text not null,
  version bigint not null,
  constraint day_sheet_clinics_pkey primary key (clinic_id)
);

-- Who is a patient, how are they reached, and who may act for them?
create table patient_cards (
  patient_id uuid not null,
  subject uuid not null,
  phi jsonb not null,
  proxies jsonb not null,
  version bigint not null,
  constraint patient_cards_pkey primary key (patient_id)
);
create index patient_cards_proxies on patient_cards using gin (proxies jsonb_path_ops);

-- When can a doctor be booked? Two tables, because papers may be checked before a doctor has a
-- clinic. What is taken stands in slot_claims.
create table timetable_doctors (
  doctor_id uuid not null,
  verified boolean not null,
  version bigint not null,
  constraint timetable_doctors_pkey primary key (doctor_id)
);

create table doctor_timetables (
  doctor_id uuid not null,
  clinic_id uuid not null,
  zone text not null,
  slot_minutes smallint not null,
  hours jsonb not null,
  fee_amount bigint not null,
  fee_currency text not null,
  version bigint not null,
  constraint doctor_timetables_pkey primary key (doctor_id, clinic_id)
);

-- Who may sign in, as what and where?
create table account_directory (
  account_id uuid not null,
  roles jsonb not null,
  clinics jsonb not null,
  person jsonb not null,
  disabled boolean not null,
  subject uuid not null,
  phi jsonb not null,
  version bigint not null,
  constraint account_directory_pkey primary key (account_id)
);
