-- The payment that paid for a visit. Visits so far were confirmed without one, so their rows are right as
-- they are, and nothing has to be made again.

alter table patient_appointments add column paid_by uuid;
