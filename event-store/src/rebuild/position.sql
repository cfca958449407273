-- The position of a checkpoint, the number of events of its types after it, the age of the first one, and the number
-- of parked aggregates.
select
  c.epoch,
  c.transaction_id::text as "transaction_id!",
  c.position,
  (
    select count(*)
    from (
      select
      from unnest($3::text[]) as kind (event_type)
      cross join lateral (
        select
        from events e
        where e.event_type = kind.event_type
          and (e.epoch, e.transaction_id, e.position) > (c.epoch, c.transaction_id, c.position)
        order by e.epoch, e.transaction_id, e.position
        limit (select $4::bigint)
      ) behind
      limit $4
    ) behind
  ) as "events!",
  (
    select extract(epoch from clock_timestamp() - min(oldest.recorded_at))::float8
    from unnest($3::text[]) as kind (event_type)
    cross join lateral (
      select e.recorded_at
      from events e
      where e.event_type = kind.event_type
        and (e.epoch, e.transaction_id, e.position) > (c.epoch, c.transaction_id, c.position)
      order by e.epoch, e.transaction_id, e.position
      limit 1
    ) oldest
  ) as seconds,
  (
    select count(*)
    from dead_letters d
    where d.subscriber = c.name and d.version = c.version
  ) as "parked!"
from subscription_checkpoints c
where c.name = $1 and c.version = $2
