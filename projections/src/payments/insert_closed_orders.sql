insert into payment_closed_orders (
  payment_id, entry, order_id, payable_id, clinic_id, grounds, failure_code, closed_at, payable_kind
)
select * from unnest(
  $1::uuid[], $2::bigint[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::timestamptz[],
  $9::text[]
)
on conflict (payment_id, entry) do nothing
