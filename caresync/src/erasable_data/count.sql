-- Counts of what is stored about a person: a patient, a doctor, or the holder of an account who is neither.
with
  accounts as (
    select account_id from account_directory where person ->> 'id' = $1::uuid::text or account_id = $1
  ),
  entries as (
    select kind from chart_entries where patient_id = $1
  )
select
  (select count(*) from accounts) as accounts,
  (select count(*) from sessions join accounts using (account_id) where revoked_at is null) as sessions,
  (select count(*) from patient_cards where patient_id = $1) as cards,
  (select count(*) from patient_appointments where patient_id = $1) as appointments,
  (select count(*) from entries where kind = 'NOTE') as notes,
  (select count(*) from note_drafts where patient_id = $1) as drafts,
  (select count(*) from entries where kind = 'PRESCRIPTION') as prescriptions,
  (select count(*) from entries where kind = 'ALLERGY') as allergies,
  (select count(*) from entries where kind = 'VITALS') as vitals,
  (
    select count(*) from entries
    where kind not in ('NOTE', 'PRESCRIPTION', 'ALLERGY', 'VITALS')
  ) as summary_items,
  (
    select count(*) from patient_consents, jsonb_object_keys(given) where patient_id = $1
  ) as consents,
  (select count(*) from break_glass_accesses where patient_id = $1) as emergency_accesses,
  (select count(*) from payments where patient_id = $1) as payments,
  (
    select count(*) from ledger_entries join payments using (payment_id) where payments.patient_id = $1
  ) as ledger_entries,
  (select count(*) from access_log where patient_id = $1) as access_log_rows
