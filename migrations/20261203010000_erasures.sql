-- Erasures of patients: requests that wait for another person's approval, legal holds, certificates.
create table erasures (
  person_id uuid not null,
  status text not null,
  -- The last request, and the account that ended or approved it. An operator's order has neither.
  requested_by uuid,
  requested_at timestamptz,
  decided_by uuid,
  decided_at timestamptz,
  -- The legal hold, while one is in force.
  hold_placed_by uuid,
  hold_placed_at timestamptz,
  -- What was erased and what stays, the key, and the day from which on backups are unreadable.
  certificate jsonb,
  changed_at timestamptz not null,
  subject uuid not null,
  phi text,
  version bigint not null,
  constraint erasures_pkey primary key (person_id)
);
create index erasures_by_time on erasures (changed_at, person_id);
create index erasures_by_status on erasures (status, changed_at, person_id);
comment on table erasures is 'read model: Who is to be erased or on legal hold, and what was erased?';

-- What is stored about a patient is counted before it is erased.
create index break_glass_accesses_of_patient on break_glass_accesses (patient_id);
