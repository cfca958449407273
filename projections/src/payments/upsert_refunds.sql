insert into payment_refunds as stored (
  payment_id, refund_id, payable_id, patient_id, clinic_id, gateway_payment, amount, currency, grounds,
  status, tries, failure_code, gateway_refund, requested_at, changed_at, version, payable_kind
)
select * from unnest(
  $1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::bigint[], $8::text[],
  $9::text[], $10::text[], $11::integer[], $12::text[], $13::text[], $14::timestamptz[], $15::timestamptz[],
  $16::bigint[], $17::text[]
)
on conflict (payment_id, refund_id) do update
set
  -- How much of what, and why, never change.
  status = excluded.status,
  tries = excluded.tries,
  failure_code = excluded.failure_code,
  gateway_refund = excluded.gateway_refund,
  changed_at = excluded.changed_at,
  version = excluded.version
where excluded.version > stored.version
