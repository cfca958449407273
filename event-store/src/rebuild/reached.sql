-- Where a checkpoint stands, how many events of its types come after it, how old the first of them is, and
-- how much is parked.
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
  ) as seconds,
  (
    select count(*)
    from dead_letters d
    where d.subscriber = c.name and d.version = c.version
  ) as "parked!"
from subscription_checkpoints c
where c.name = $1 and c.version = $2
