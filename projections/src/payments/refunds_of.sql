select
  payment_id, refund_id, payable_kind, payable_id, patient_id, clinic_id, gateway_payment, amount,
  currency, grounds, status, tries, failure_code, gateway_refund, requested_at, changed_at, version
from payment_refunds
where payment_id = any ($1)
order by requested_at, refund_id
