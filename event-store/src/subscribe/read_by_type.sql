-- Up to a number of events of some types behind a cursor, found type by type. The keys come from the index
-- alone; `offset 0` keeps the rows behind them from being joined in any other way than one by one.
with wanted as materialized (
  select found.epoch, found.transaction_id, found.position
  from unnest($7::text[]) as kind (event_type)
  cross join lateral (
    select e.epoch, e.transaction_id, e.position
    from events e
    where e.event_type = kind.event_type
      and (e.epoch, e.transaction_id, e.position) > ($1, $2::text::xid8, $3)
      and (e.epoch, e.transaction_id, e.position) <= ($4, $5::text::xid8, $6)
    order by e.epoch, e.transaction_id, e.position
    limit $8
  ) found
  order by found.epoch, found.transaction_id, found.position
  limit $8
)
select
  row.epoch as "epoch!",
  row.transaction_id::text as "transaction_id!",
  row.position as "position!",
  row.aggregate_type as "aggregate_type!",
  row.aggregate_id as "aggregate_id!",
  row.sequence as "sequence!",
  row.event_type as "event_type!",
  row.event_version as "event_version!",
  row.payload as "payload!",
  row.metadata as "metadata",
  row.recorded_at as "recorded_at!"
from wanted
cross join lateral (
  select
    e.epoch, e.transaction_id, e.position, e.aggregate_type, e.aggregate_id, e.sequence,
    e.event_type, e.event_version, e.payload, e.recorded_at,
    case when $9::boolean then e.metadata end as metadata
  from events e
  where e.epoch = wanted.epoch
    and e.transaction_id = wanted.transaction_id
    and e.position = wanted.position
  offset 0
) row
order by row.epoch, row.transaction_id, row.position
