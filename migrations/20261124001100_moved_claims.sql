-- Claims that move, and decisions that rest on others across processes.
--
-- A reschedule is one update of the claims' own rows: to delete and to insert would let somebody in
-- between, and lost both in a test. A move that finds no claim to move is a conflict: whoever decided it
-- believed in a claim that is gone.
--
-- A claim says what kind of aggregate holds it, so that readers can tell a visit from a leave.
--
-- A decision rests on other streams as they were read. To compare versions alone is not enough across
-- processes: what commits between the look and the commit is not seen. So whoever rests on a stream shares
-- a lock on it, and whoever moves such a stream on takes it alone; both look after they have it. Locks are
-- taken all at once, first of all, and in one order, so that nobody waits for each other.
--
-- `append_each` is the one of before with these three. The one of before stays for programs that run while
-- this is rolled out; whoever changes it next drops it. All claims of before are appointments'.

alter table slot_claims add column holder_type text not null default 'appointment';

create function hold_still(
  resting_types text[], resting_ids text[], moving_types text[], moving_ids text[]
) returns void language plpgsql as $$
begin
  perform
    case when moves then pg_advisory_xact_lock(stream) else pg_advisory_xact_lock_shared(stream) end
  from (
    select hashtextextended(aggregate_type || ' ' || aggregate_id, 0) as stream, bool_or(moving) as moves
    from (
      select resting.*, false as moving
      from unnest(resting_types, resting_ids) as resting (aggregate_type, aggregate_id)
      union all
      select moved.*, true
      from unnest(moving_types, moving_ids) as moved (aggregate_type, aggregate_id)
    ) as streams
    group by 1
    order by 1
  ) as locks;
end;
$$;

-- For round one, which is a single statement and sees the log as it was when it began: this looks again.
create function rests_on_unmoved(
  basis_types text[], basis_ids text[], basis_versions bigint[], moving_types text[], moving_ids text[]
) returns boolean language plpgsql as $$
begin
  perform hold_still(basis_types, basis_ids, moving_types, moving_ids);
  perform (b.version = (
    select coalesce(max(log.sequence), 0) from events log
    where log.aggregate_type = b.aggregate_type and log.aggregate_id = b.aggregate_id
  ))::stream_unmoved
  from unnest(basis_types, basis_ids, basis_versions) as b (aggregate_type, aggregate_id, version);
  return true;
end;
$$;

create function append_each(
  commands integer,
  event_ordinals integer[], aggregate_types text[], aggregate_ids text[], sequences bigint[],
  event_types text[], event_versions text[], payloads jsonb[], metadata jsonb[],
  key_ordinals integer[], keys bytea[], fingerprints bytea[], replies jsonb[],
  key_aggregate_types text[], key_aggregate_ids text[], key_sequences bigint[],
  claim_ordinals integer[], kinds text[], resources uuid[], starts timestamptz[], ends timestamptz[],
  holders text[], held_until timestamptz[],
  settled_ordinals integer[], settled text[],
  released_ordinals integer[], released text[],
  name_ordinals integer[], spaces text[], names bytea[], name_holders text[],
  freed_ordinals integer[], freed_spaces text[], freed_holders text[],
  basis_ordinals integer[], basis_types text[], basis_ids text[], basis_versions bigint[],
  name_subjects uuid[],
  successors integer[], predecessors integer[],
  claim_holder_types text[],
  move_ordinals integer[], move_kinds text[], move_resources uuid[], move_starts timestamptz[],
  move_ends timestamptz[], move_holders text[], move_held_until timestamptz[],
  moving_types text[], moving_ids text[]
) returns table (ordinal integer, refused_by text, epoch smallint, transaction_id text, last_position bigint)
language plpgsql as $$
declare
  current_epoch smallint := (select current from log_epoch);
  refused integer[] := '{}';
  moved_all boolean;
begin
  perform hold_still(basis_types, basis_ids, moving_types, moving_ids);
  for n in 1..commands loop
    ordinal := n;
    refused_by := null;
    epoch := current_epoch;
    transaction_id := pg_current_xact_id()::text;
    last_position := null;
    begin
      perform (false)::stream_unmoved
      from unnest(successors, predecessors) as l (successor, predecessor)
      where l.successor = n and l.predecessor = any (refused);

      perform (b.version = (
        select coalesce(max(log.sequence), 0) from events log
        where log.aggregate_type = b.aggregate_type and log.aggregate_id = b.aggregate_id
      ))::stream_unmoved
      from unnest(basis_ordinals, basis_types, basis_ids, basis_versions)
        as b (command, aggregate_type, aggregate_id, version)
      where b.command = n;

      insert into idempotency_keys (key, fingerprint, reply, aggregate_type, aggregate_id, sequence)
      select r.key, r.fingerprint, r.reply, r.aggregate_type, r.aggregate_id, r.sequence
      from unnest(key_ordinals, keys, fingerprints, replies, key_aggregate_types, key_aggregate_ids, key_sequences)
        as r (command, key, fingerprint, reply, aggregate_type, aggregate_id, sequence)
      where r.command = n;

      with inserted as (
        insert into events as log (epoch, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
        select current_epoch, e.aggregate_type, e.aggregate_id, e.sequence, e.event_type, e.event_version, e.payload, e.metadata
        from unnest(event_ordinals, aggregate_types, aggregate_ids, sequences, event_types, event_versions, payloads, append_each.metadata)
          as e (command, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
        where e.command = n
        returning log.position
      )
      select max(inserted.position) into last_position from inserted;

      update slot_claims c set held_until = null
      from unnest(settled_ordinals, settled) as s (command, holder)
      where s.command = n and c.holder = s.holder;

      delete from slot_claims c
      using unnest(released_ordinals, released) as s (command, holder)
      where s.command = n and c.holder = s.holder;

      -- Whoever comes too late to move is told so like whoever comes too late to claim.
      perform refuse_taken(m.kind)
      from unnest(move_ordinals, move_kinds, move_resources, move_starts, move_ends, move_holders)
        as m (command, kind, resource, starts_at, ends_at, holder)
      where m.command = n
        and exists (
          select from slot_claims taken
          where taken.kind = m.kind
            and taken.resource = m.resource
            and taken.during && tstzrange(m.starts_at, m.ends_at)
            and taken.holder <> m.holder
        );

      with moved as (
        update slot_claims c
        set resource = m.resource, during = tstzrange(m.starts_at, m.ends_at), held_until = m.held_until
        from unnest(move_ordinals, move_kinds, move_resources, move_starts, move_ends, move_holders, move_held_until)
          as m (command, kind, resource, starts_at, ends_at, holder, held_until)
        where m.command = n and c.holder = m.holder and c.kind = m.kind
        returning 1
      )
      select ((select count(*) from moved) = count(*))::stream_unmoved into moved_all
      from unnest(move_ordinals) as m (command)
      where m.command = n;

      -- Whoever is too late is told so by what stands there, without writing anything: rows that are
      -- inserted only to be refused make others wait, and two who wait for each other deadlock.
      perform refuse_taken(c.kind)
      from unnest(claim_ordinals, kinds, resources, starts, ends)
        as c (command, kind, resource, starts_at, ends_at)
      where c.command = n
        and exists (
          select from slot_claims taken
          where taken.kind = c.kind
            and taken.resource = c.resource
            and taken.during && tstzrange(c.starts_at, c.ends_at)
        );

      insert into slot_claims (kind, resource, during, holder, held_until, holder_type)
      select c.kind, c.resource, tstzrange(c.starts_at, c.ends_at), c.holder, c.held_until, c.holder_type
      from unnest(claim_ordinals, kinds, resources, starts, ends, holders, append_each.held_until, claim_holder_types)
        as c (command, kind, resource, starts_at, ends_at, holder, held_until, holder_type)
      where c.command = n;

      delete from reservations r
      using unnest(freed_ordinals, freed_spaces, freed_holders) as f (command, space, holder)
      where f.command = n and r.space = f.space and r.holder = f.holder;

      insert into reservations (space, key, holder, subject)
      select r.space, r.key, r.holder, r.subject
      from unnest(name_ordinals, spaces, names, name_holders, name_subjects)
        as r (command, space, key, holder, subject)
      where r.command = n;
    exception when integrity_constraint_violation then
      get stacked diagnostics refused_by = constraint_name;
      refused := refused || n;
    end;
    return next;
  end loop;
end;
$$;
