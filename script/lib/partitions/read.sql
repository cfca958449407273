-- Five hundred events, as a subscriber reads them that is behind, anywhere in the log.
\set at random(:first, :last)
select
  epoch, transaction_id::text as xid, position,
  aggregate_type, aggregate_id, sequence,
  event_type, event_version, payload, metadata, recorded_at
from TABLE
where (epoch, transaction_id, position) > (1::smallint, :at::text::xid8, 0)
  and (epoch, transaction_id, position) <= (1::smallint, :head::text::xid8, 9223372036854775807)
order by epoch, transaction_id, position
limit 500;
