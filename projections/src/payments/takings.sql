-- What moved on a day, by currency, and what was asked for on it and can still be paid.
select
  coalesce(moved.currency, asked.currency) as "currency!",
  coalesce(moved.captured, 0)::bigint as "captured!",
  coalesce(moved.refunded, 0)::bigint as "refunded!",
  coalesce(moved.lost, 0)::bigint as "lost!",
  coalesce(asked.open, 0)::bigint as "open!"
from (
  select
    currency,
    sum(amount) filter (where kind = 'CAPTURE') as captured,
    sum(amount) filter (where kind = 'REFUND') as refunded,
    sum(amount) filter (where kind = 'DISPUTE') as lost
  from ledger_entries
  where clinic_id = $1
    and at >= $2
    and at < $3
  group by currency
) moved
full join (
  select currency, sum(amount) as open
  from payments
  where clinic_id = $1
    and opened_at >= $2
    and opened_at < $3
    and paid_at is null
    and pay_until > $4
  group by currency
) asked on asked.currency = moved.currency
order by 1
