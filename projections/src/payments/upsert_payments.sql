insert into payments as stored (
  payment_id, payable_id, patient_id, clinic_id, amount, currency, order_id, opened_at, pay_until,
  paid_at, settled_by, captured, refunds_requested, refunds_failed, refunded, lost, receipt_number,
  test_mode, version, payable_kind
)
select * from unnest(
  $1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[], $6::text[], $7::text[], $8::timestamptz[],
  $9::timestamptz[], $10::timestamptz[], $11::text[], $12::bigint[], $13::bigint[], $14::bigint[],
  $15::bigint[], $16::bigint[], $17::bigint[], $18::boolean[], $19::bigint[], $20::text[]
)
on conflict (payment_id) do update
set
  -- Who, what for, how much and until when never change.
  order_id = excluded.order_id,
  paid_at = excluded.paid_at,
  settled_by = excluded.settled_by,
  captured = excluded.captured,
  refunds_requested = excluded.refunds_requested,
  refunds_failed = excluded.refunds_failed,
  refunded = excluded.refunded,
  lost = excluded.lost,
  receipt_number = excluded.receipt_number,
  test_mode = excluded.test_mode,
  version = excluded.version
where excluded.version > stored.version
