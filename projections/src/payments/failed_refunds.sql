select
  payment_id, refund_id, payable_kind, payable_id, patient_id, clinic_id, gateway_payment, amount,
  currency, grounds, status, tries, failure_code, gateway_refund, requested_at, changed_at, version
from payment_refunds
where status = 'FAILED'
  and ($1::uuid[] is null or clinic_id = any ($1))
  and (requested_at, refund_id) > (
    coalesce($2, '-infinity'::timestamptz), coalesce($3, '00000000-0000-0000-0000-000000000000'::uuid)
  )
order by requested_at, refund_id
limit $4
