select
  payment_id, dispute_id, payable_kind, payable_id, patient_id, clinic_id, gateway_payment, amount,
  currency, status, code, respond_by, lost, lost_currency, opened_at, changed_at, version
from payment_disputes
where payment_id = any ($1)
order by opened_at, dispute_id
