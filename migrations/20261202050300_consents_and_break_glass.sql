-- Consents of patients, and emergency accesses to their charts.
create table patient_consents (
  patient_id uuid not null,
  -- By consent: who gave it, when, until when, and when it was withdrawn. The purposes are in phi.
  given jsonb not null,
  subject uuid not null,
  phi text,
  version bigint not null,
  constraint patient_consents_pkey primary key (patient_id)
);
comment on table patient_consents is 'read model: Which consents did a patient give?';

create table break_glass_accesses (
  break_glass_id uuid not null,
  patient_id uuid not null,
  account_id uuid not null,
  doctor_id uuid,
  clinic_id uuid not null,
  opened_at timestamptz not null,
  ends_at timestamptz not null,
  verdict text,
  reviewed_at timestamptz,
  reviewed_by uuid,
  subject uuid not null,
  phi text,
  version bigint not null,
  constraint break_glass_accesses_pkey primary key (break_glass_id)
);
create index break_glass_accesses_of_account on break_glass_accesses (account_id, patient_id, ends_at);
create index break_glass_accesses_to_review
  on break_glass_accesses (opened_at, break_glass_id) where verdict is null;
create index break_glass_accesses_by_time on break_glass_accesses (opened_at, break_glass_id);
comment on table break_glass_accesses is
  'read model: Which charts were opened in an emergency, and what did the review say?';

-- The visits of a patient with a doctor, for the relation of treatment.
create index patient_appointments_with_doctor on patient_appointments (patient_id, doctor_id, ends_at);

-- The accounts of a patient, and those of admins, who are told of an emergency access.
create index account_directory_person on account_directory ((person ->> 'id'));
create index account_directory_admins on account_directory (account_id) where roles @> '["ADMIN"]'::jsonb;
