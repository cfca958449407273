-- Counts one failure for each key ($1 kinds, $2 hashes, $3 failures free of a wait, $6 longest waits in
-- seconds) at $4, with a window of $5 seconds. Unless $7, keys that have to wait are
-- left as they are. Returns the keys that were counted. One statement, so that nodes that count at once count every failure; rows
-- in one order, so that they do not wait for each other in a ring.
insert into login_failures as f (kind, key_hash, failures, blocked_until, forgotten_at)
select kind, key_hash, 1, $4, $4 + make_interval(secs => $5)
from (
  select distinct kind, key_hash
  from unnest($1::text[], $2::bytea[]) as failed (kind, key_hash)
) as failed
order by kind, key_hash
on conflict (kind, key_hash) do update
set (failures, blocked_until, forgotten_at) = (
  select
    counted.failures,
    $4 + blocked.wait,
    $4 + blocked.wait + make_interval(secs => $5)
  from
    (select case when f.forgotten_at <= $4 then 1 else f.failures + 1 end as failures) as counted,
    -- The limits of this kind of key.
    lateral (
      select patience, longest
      from unnest($1::text[], $3::int[], $6::double precision[]) as allowed (kind, patience, longest)
      where allowed.kind = f.kind
      limit 1
    ) as allowed,
    -- One second, doubled by each further failure. The exponent is bounded before it overflows.
    lateral (
      select make_interval(secs => case
        when counted.failures < allowed.patience then 0
        else least(allowed.longest, power(2::double precision, least(counted.failures - allowed.patience, 30)))
      end) as wait
    ) as blocked
)
where $7 or f.blocked_until <= $4
returning kind
