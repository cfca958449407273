select payment_id, entry, order_id, payable_kind, payable_id, clinic_id, grounds, failure_code, closed_at
from payment_closed_orders
where grounds = any ($1)
order by closed_at desc, payment_id, entry
limit $2
