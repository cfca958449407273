select
  payment_id, dispute_id, payable_kind, payable_id, patient_id, clinic_id, gateway_payment, amount,
  currency, status, code, respond_by, lost, lost_currency, opened_at, changed_at, version
from payment_disputes
where status in ('OPEN', 'ACTION_REQUIRED', 'UNDER_REVIEW')
  and ($1::uuid[] is null or clinic_id = any ($1))
  and (opened_at, page_id) > (
    coalesce($2, '-infinity'::timestamptz), coalesce($3, '00000000-0000-0000-0000-000000000000'::uuid)
  )
order by opened_at, page_id
limit $4
