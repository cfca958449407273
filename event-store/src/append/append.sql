-- Round one: a whole batch of commands in one statement, with all that they take and give back. Any
-- conflict rolls all of it back. Answers with the positions of the events, in their order.
with
  basis as materialized (
    select (b.version = (
      select coalesce(max(log.sequence), 0) from events log
      where log.aggregate_type = b.aggregate_type and log.aggregate_id = b.aggregate_id
    ))::stream_unmoved as unmoved
    from unnest($27::text[], $28::text[], $29::bigint[]) as b (aggregate_type, aggregate_id, version)
  ),
  recorded as (
    insert into idempotency_keys (key, fingerprint, reply, aggregate_type, aggregate_id, sequence)
    select * from unnest($8::bytea[], $9::bytea[], $10::jsonb[], $11::text[], $12::text[], $13::bigint[])
  ),
  settled as (
    update slot_claims set held_until = null where holder = any ($20::text[])
  ),
  released as (
    delete from slot_claims where holder = any ($21::text[])
  ),
  taken as (
    insert into slot_claims (kind, resource, during, holder, held_until)
    select c.kind, c.resource, tstzrange(c.starts_at, c.ends_at), c.holder, c.held_until
    from unnest($14::text[], $15::uuid[], $16::timestamptz[], $17::timestamptz[], $18::text[], $19::timestamptz[])
      as c (kind, resource, starts_at, ends_at, holder, held_until)
  ),
  freed as (
    delete from reservations r
    using unnest($25::text[], $26::text[]) as f (space, holder)
    where r.space = f.space and r.holder = f.holder
  ),
  reserved as (
    insert into reservations (space, key, holder, subject)
    select * from unnest($22::text[], $23::bytea[], $24::text[], $30::uuid[])
  ),
  appended as (
    insert into events (epoch, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
    select (select current from log_epoch), e.*
    from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::jsonb[], $7::jsonb[]) as e
    returning position
  )
select
  (select current from log_epoch) as "epoch!",
  pg_current_xact_id()::text as "transaction_id!",
  array_agg(position order by position) as "positions!"
from appended
where (select count(unmoved) from basis) >= 0
