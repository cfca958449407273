-- What was asked for on that day, and what money moved for on it.
select
  payment_id, payable_kind, payable_id, patient_id, clinic_id, amount, currency, order_id, opened_at,
  pay_until, paid_at, settled_by, captured, refunds_requested, refunds_failed, refunded, lost,
  receipt_number, test_mode, version
from payments
where payment_id in (
    select payment_id
    from payments
    where clinic_id = $1
      and opened_at >= $2
      and opened_at < $3
    union
    select payment_id
    from ledger_entries
    where clinic_id = $1
      and at >= $2
      and at < $3
  )
  and (opened_at, payment_id) < (
    coalesce($4, 'infinity'::timestamptz), coalesce($5, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
  )
order by opened_at desc, payment_id desc
limit $6
