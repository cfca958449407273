select
  payment_id, payable_kind, payable_id, patient_id, clinic_id, amount, currency, order_id, opened_at,
  pay_until, paid_at, settled_by, captured, refunds_requested, refunds_failed, refunded, lost,
  receipt_number, test_mode, version
from payments
where payable_kind = 'VISIT'
  and payable_id = $1
order by opened_at desc, payment_id desc
