-- Up to a number of events of some types behind a cursor, found type by type. Of each type only a share is
-- looked up. Where one of them has more, nothing is known of what lies behind the last that was found of it: the
-- events end there, and are told to. The keys come from the index alone; `offset 0` keeps the rows behind them
-- from being joined in any other way than one by one.
with found as materialized (
  select kind.n, found.epoch, found.transaction_id, found.position
  from unnest($7::text[]) with ordinality as kind (event_type, n)
  cross join lateral (
    select e.epoch, e.transaction_id, e.position
    from events e
    where e.event_type = kind.event_type
      and (e.epoch, e.transaction_id, e.position) > ($1, $2::text::xid8, $3)
      and (e.epoch, e.transaction_id, e.position) <= ($4, $5::text::xid8, $6)
    order by e.epoch, e.transaction_id, e.position
    limit $8
  ) found
),
-- One row for each type of which there may be more: the last that was found of it.
unfinished as (
  select epoch, transaction_id, position
  from (
    select
      epoch, transaction_id, position,
      row_number() over (partition by n order by epoch, transaction_id, position) as nth
    from found
  ) numbered
  where nth = $8
),
ended as materialized (
  select epoch, transaction_id, position
  from unfinished
  order by epoch, transaction_id, position
  limit 1
),
wanted as materialized (
  select epoch, transaction_id, position
  from found
  where not exists (select from ended)
    or (epoch, transaction_id, position) <= (select epoch, transaction_id, position from ended)
  order by epoch, transaction_id, position
  limit $10
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
  row.recorded_at as "recorded_at!",
  exists (select from ended) as "more!"
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
