insert into ledger_entries (
  payment_id, entry, payable_id, patient_id, clinic_id, kind, amount, currency, gateway_payment,
  refund_id, gateway_refund, grounds, at, payable_kind
)
select * from unnest(
  $1::uuid[], $2::bigint[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::bigint[], $8::text[],
  $9::text[], $10::uuid[], $11::text[], $12::text[], $13::timestamptz[], $14::text[]
)
on conflict (payment_id, entry) do nothing
