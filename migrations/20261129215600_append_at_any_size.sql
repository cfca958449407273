-- Round two of an append costs the same however long the log and the past of a doctor are, and no stream
-- gets a gap.
--
-- 1. Claims are looked up with a literal kind. The exclusion constraints are partial indexes, one per kind,
--    and the planner uses one only where the query itself says the kind: `taken.kind = c.kind` read all of
--    the claims for each command. `offset 0` keeps the planner from turning the look-up into a join, which
--    could read all of them again. A new kind of claim gets a line of its own in `refuse_taken_claims`.
-- 2. An event's predecessor must be there. Without that check a stream whose last events were lost (a
--    fail-over to a standby that was behind, a restore in place) would get a gap by the next append of a
--    program that still has the old state in memory, and nobody could load it afterwards. A missing
--    predecessor is the same conflict as one too many: `stream_unmoved`.
-- 3. What is settled or released is found by the primary key, whatever the planner thinks of the arrays.
--
-- `append_each` keeps its arguments, so that programs of the version before work with it during a roll-out.
-- The overload without moves and holder types goes: no supported version calls it.

drop function append_each(
  integer,
  integer[], text[], text[], bigint[], text[], text[], jsonb[], jsonb[],
  integer[], bytea[], bytea[], jsonb[], text[], text[], bigint[],
  integer[], text[], uuid[], timestamptz[], timestamptz[], text[], timestamptz[],
  integer[], text[],
  integer[], text[],
  integer[], text[], bytea[], text[],
  integer[], text[], text[],
  integer[], text[], text[], bigint[],
  uuid[],
  integer[], integer[]
);

-- Refuses with the name of the constraint that an insert of these claims would violate. `holders` may be
-- null; otherwise a claim of that holder is in nobody's way, because it is the one that moves.
create function refuse_taken_claims(
  kinds text[], resources uuid[], starts timestamptz[], ends timestamptz[], holders text[]
) returns void language plpgsql as $$
begin
  perform refuse_taken('doctor')
  from unnest(kinds, resources, starts, ends, holders) as c (kind, resource, starts_at, ends_at, holder)
  where c.kind = 'doctor'
    and exists (
      select from slot_claims taken
      where taken.kind = 'doctor'
        and taken.resource = c.resource
        and taken.during && tstzrange(c.starts_at, c.ends_at)
        and taken.holder is distinct from c.holder
      offset 0
    );
  perform refuse_taken('patient')
  from unnest(kinds, resources, starts, ends, holders) as c (kind, resource, starts_at, ends_at, holder)
  where c.kind = 'patient'
    and exists (
      select from slot_claims taken
      where taken.kind = 'patient'
        and taken.resource = c.resource
        and taken.during && tstzrange(c.starts_at, c.ends_at)
        and taken.holder is distinct from c.holder
      offset 0
    );
end;
$$;

create or replace function append_each(
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
  violated text;
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

      -- A stream has no gaps: what its first new event follows is there.
      perform (exists (
        select from events log
        where log.aggregate_type = e.aggregate_type
          and log.aggregate_id = e.aggregate_id
          and log.sequence = e.first - 1
        offset 0
      ))::stream_unmoved
      from (
        select one.aggregate_type, one.aggregate_id, min(one.sequence) as first
        from unnest(event_ordinals, aggregate_types, aggregate_ids, sequences)
          as one (command, aggregate_type, aggregate_id, sequence)
        where one.command = n
        group by one.aggregate_type, one.aggregate_id
      ) e
      where e.first > 1;

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
      where c.holder = any (array(
        select s.holder from unnest(settled_ordinals, settled) as s (command, holder) where s.command = n
      ));

      delete from slot_claims c
      where c.holder = any (array(
        select s.holder from unnest(released_ordinals, released) as s (command, holder) where s.command = n
      ));

      -- A command that comes too late learns it from the rows that are there, without writing anything:
      -- rows that are inserted only to be refused make others wait, and two that wait for each other
      -- deadlock. First moves, then new claims.
      perform refuse_taken_claims(
        array_agg(m.kind), array_agg(m.resource), array_agg(m.starts_at), array_agg(m.ends_at), array_agg(m.holder)
      )
      from unnest(move_ordinals, move_kinds, move_resources, move_starts, move_ends, move_holders)
        as m (command, kind, resource, starts_at, ends_at, holder)
      where m.command = n
      having count(*) > 0;

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

      perform refuse_taken_claims(
        array_agg(c.kind), array_agg(c.resource), array_agg(c.starts_at), array_agg(c.ends_at), null
      )
      from unnest(claim_ordinals, kinds, resources, starts, ends)
        as c (command, kind, resource, starts_at, ends_at)
      where c.command = n
      having count(*) > 0;

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
      get stacked diagnostics refused_by = constraint_name, violated = returned_sqlstate;
      -- A trigger may raise an error of this class without naming a constraint.
      refused_by := coalesce(nullif(refused_by, ''), violated);
      refused := refused || n;
    end;
    return next;
  end loop;
end;
$$;
