select
  payment_id, entry, payable_kind, payable_id, patient_id, clinic_id, kind, amount, currency,
  gateway_payment, refund_id, gateway_refund, grounds, at
from ledger_entries
where payment_id = $1
order by entry
