select
  payment_id, payable_kind, payable_id, patient_id, clinic_id, amount, currency, order_id, opened_at,
  pay_until, paid_at, settled_by, captured, refunds_requested, refunds_failed, refunded, lost,
  receipt_number, test_mode, version
from payments
where patient_id = $1
  and ($2::uuid[] is null or clinic_id = any ($2))
  and (opened_at, payment_id) < (
    coalesce($3, 'infinity'::timestamptz), coalesce($4, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
  )
order by opened_at desc, payment_id desc
limit $5
