-- A visit may follow up an earlier one of the same patient. Null for all that were booked before: none did.
alter table patient_appointments add column follows_id uuid;
