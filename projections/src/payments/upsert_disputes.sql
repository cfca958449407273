insert into payment_disputes as stored (
  payment_id, dispute_id, payable_id, patient_id, clinic_id, gateway_payment, amount, currency, status,
  code, respond_by, lost, lost_currency, opened_at, changed_at, page_id, version, payable_kind
)
select * from unnest(
  $1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::bigint[], $8::text[],
  $9::text[], $10::text[], $11::timestamptz[], $12::bigint[], $13::text[], $14::timestamptz[],
  $15::timestamptz[], $16::uuid[], $17::bigint[], $18::text[]
)
on conflict (payment_id, dispute_id) do update
set
  -- How much of what, and why, never change.
  status = excluded.status,
  respond_by = excluded.respond_by,
  lost = excluded.lost,
  lost_currency = excluded.lost_currency,
  changed_at = excluded.changed_at,
  version = excluded.version
where excluded.version > stored.version
