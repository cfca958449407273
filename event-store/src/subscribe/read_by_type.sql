-- Events of some types after a cursor, type by type: the caller sorts them, which is cheaper than sorting whole rows
-- here. Of each type only a share is looked up. If one of them has more events, the range ends at the last one of
-- its share, because later events of that type are unknown, and "more" is true.
with ended as materialized (
  select last.epoch, last.transaction_id, last.position
  from unnest($7::text[]) as kind (event_type)
  cross join lateral (
    select e.epoch, e.transaction_id, e.position
    from events e
    where e.event_type = kind.event_type
      and (e.epoch, e.transaction_id, e.position) > (select $1::smallint, $2::text::xid8, $3::bigint)
      and (e.epoch, e.transaction_id, e.position) <= (select $4::smallint, $5::text::xid8, $6::bigint)
    order by e.epoch, e.transaction_id, e.position
    offset (select $8::bigint - 1)
    limit 1
  ) last
  order by last.epoch, last.transaction_id, last.position
  limit 1
),
until as materialized (
  select epoch, transaction_id, position from ended
  union all
  select $4::smallint, $5::text::xid8, $6::bigint
  where not exists (select from ended)
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
from unnest($7::text[]) as kind (event_type)
cross join lateral (
  select
    e.epoch, e.transaction_id, e.position, e.aggregate_type, e.aggregate_id, e.sequence,
    e.event_type, e.event_version, e.payload, e.recorded_at,
    case when $9::boolean then e.metadata end as metadata
  from events e
  where e.event_type = kind.event_type
    and (e.epoch, e.transaction_id, e.position) > (select $1::smallint, $2::text::xid8, $3::bigint)
    and (e.epoch, e.transaction_id, e.position) <= (select epoch, transaction_id, position from until)
  order by e.epoch, e.transaction_id, e.position
  limit (select $8::bigint)
) row
