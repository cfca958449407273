select
  payment_id, appointment_id, patient_id, clinic_id, amount, currency, order_id, opened_at, pay_until,
  paid_at, settled_by, captured, refunds_requested, refunds_failed, refunded, receipt_number, version
from payments
where paid_at is null
  and opened_at < $1
  and ($2::timestamptz is null or (opened_at, payment_id) > ($2, $3::uuid))
order by opened_at, payment_id
limit $4
