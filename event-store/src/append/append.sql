-- Round one: a whole batch of commands in one statement, with their changes of claims and reservations. Any
-- conflict rolls all of it back. Returns the positions of the events, in their order. A command may have no
-- events: then it only checks that the streams that it depends on are unmoved. The parameters are those of the
-- macro `query_rows`.
with
  -- Predecessors of the first new event of each stream: a stream has no gaps.
  followed as materialized (
    select exists (
      select
      from events log
      where log.aggregate_type = e.aggregate_type
        and log.aggregate_id = e.aggregate_id
        and log.sequence = e.first - 1
      -- A look-up by key for each stream, never a join over the log.
      offset 0
    ) as found
    from (
      select one.aggregate_type, one.aggregate_id, min(one.sequence) as first
      from unnest($1::text[], $2::text[], $3::bigint[]) as one (aggregate_type, aggregate_id, sequence)
      group by one.aggregate_type, one.aggregate_id
    ) e
    where e.first > 1
  ),
  basis as materialized (
    select rests_on_unmoved($35, $36, $37, $38, $39) as unmoved
    where cardinality($35::text[]) > 0 or cardinality($38::text[]) > 0
  ),
  recorded as (
    insert into idempotency_keys (key, fingerprint, reply, aggregate_type, aggregate_id, sequence)
    select * from unnest($8::bytea[], $9::bytea[], $10::jsonb[], $11::text[], $12::text[], $13::bigint[])
  ),
  settled as (
    update slot_claims set held_until = null where holder = any ($27::text[])
  ),
  released as (
    delete from slot_claims where holder = any ($28::text[])
  ),
  taken as (
    insert into slot_claims (kind, resource, during, holder, held_until, holder_type)
    select c.kind, c.resource, tstzrange(c.starts_at, c.ends_at), c.holder, c.held_until, c.holder_type
    from unnest($14::text[], $15::uuid[], $16::timestamptz[], $17::timestamptz[], $18::text[], $19::timestamptz[], $20::text[])
      as c (kind, resource, starts_at, ends_at, holder, held_until, holder_type)
  ),
  moved as (
    update slot_claims c
    set resource = m.resource, during = tstzrange(m.starts_at, m.ends_at), held_until = m.held_until
    from unnest($21::text[], $22::uuid[], $23::timestamptz[], $24::timestamptz[], $25::text[], $26::timestamptz[])
      as m (kind, resource, starts_at, ends_at, holder, held_until)
    where c.holder = m.holder and c.kind = m.kind
    returning 1
  ),
  freed as (
    delete from reservations r
    using unnest($33::text[], $34::text[]) as f (space, holder)
    where r.space = f.space and r.holder = f.holder
    returning 1
  ),
  -- Names are freed first: a holder may reserve another one in place of its own.
  reserved as (
    insert into reservations (space, key, holder, subject)
    select name.space, name.key, name.holder, name.subject
    from unnest($29::text[], $30::bytea[], $31::text[], $32::uuid[]) as name (space, key, holder, subject)
    where (select count(*) from freed) >= 0
  ),
  appended as (
    insert into events (epoch, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
    select (select current from log_epoch), e.*
    from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::jsonb[], $7::jsonb[]) as e
    returning position
  )
select
  (select current from log_epoch) as "epoch!",
  -- Null without writes: then no transaction id is used, and no commit is flushed.
  pg_current_xact_id_if_assigned()::text as transaction_id,
  coalesce(array_agg(position order by position), '{}') as "positions!"
from appended
-- Locks first, then claims. A claim that is moved must exist.
where case
  when (select count(unmoved) from basis) >= 0
  then (coalesce((select bool_and(found) from followed), true))::stream_unmoved
    and ((select count(*) from moved) = cardinality($21::text[]))::stream_unmoved
end
