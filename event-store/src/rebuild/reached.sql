-- Where a checkpoint stands, how many events of its types are behind it, and how old the first of them is.
select
  c.epoch,
  c.transaction_id::text as "transaction_id!",
  c.position,
  (
    select count(*)
    from (
      select
      from events e
      where (e.epoch, e.transaction_id, e.position) > (c.epoch, c.transaction_id, c.position)
        and e.event_type = any ($3)
      limit $4
    ) behind
  ) as "events!",
  (
    select extract(epoch from clock_timestamp() - e.recorded_at)::float8
    from events e
    where (e.epoch, e.transaction_id, e.position) > (c.epoch, c.transaction_id, c.position)
      and e.event_type = any ($3)
    order by e.epoch, e.transaction_id, e.position
    limit 1
  ) as seconds
from subscription_checkpoints c
where c.name = $1 and c.version = $2
