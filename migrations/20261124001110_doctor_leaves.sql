-- When is a doctor away? One row per leave that was ever planned.
--
-- Why a read model of its own: the claims know that a doctor is away, but not which leave could be
-- withdrawn, nor why. The reason may speak of the doctor's health, so it is sealed.
create table doctor_leaves (
  leave_id uuid not null,
  doctor_id uuid not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  withdrawn boolean not null,
  subject uuid not null,
  phi text,
  version bigint not null,
  constraint doctor_leaves_pkey primary key (leave_id)
);
create index doctor_leaves_ends on doctor_leaves (doctor_id, ends_at) where not withdrawn;
comment on table doctor_leaves is 'read model: When is a doctor away?';
