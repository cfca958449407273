-- Round two of an append: each command of a batch on its own.
--
-- A batch goes in as one plain statement first. If a constraint refuses it, all of it is rolled
-- back, and the same arrays come here, where one command's refusal takes back that command alone and
-- names the constraint. Needs `ordinal` arrays that say which command a row belongs to. Runs as its
-- caller and takes at most 60 commands: PostgreSQL caches 64 subtransactions per session, and beyond
-- that every reader's visibility check grows slower.
--
-- Why it asks whether a claim is taken before it writes it: a thousand requests for one slot came down to
-- deadlocks. Each inserted its claim first and looked for others then, so two of them could wait for
-- each other until the database noticed, a second later. The exclusion constraint stays the judge;
-- this only spares it the hopeless cases.
--
-- Why it knows who builds on whom: a command may be decided on the state that an earlier one of its batch
-- will leave. If that one is refused, this one must be, too, whatever version the stream has by then:
-- another process may have brought it there by other events.

create function refuse_taken(kind text) returns void language plpgsql as $$
begin
  raise exclusion_violation using constraint = 'slot_claim_' || kind || '_no_overlap';
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
  successors integer[], predecessors integer[]
) returns table (ordinal integer, refused_by text, epoch smallint, transaction_id text, last_position bigint)
language plpgsql as $$
declare
  current_epoch smallint := (select current from log_epoch);
  refused integer[] := '{}';
begin
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

      insert into slot_claims (kind, resource, during, holder, held_until)
      select c.kind, c.resource, tstzrange(c.starts_at, c.ends_at), c.holder, c.held_until
      from unnest(claim_ordinals, kinds, resources, starts, ends, holders, append_each.held_until)
        as c (command, kind, resource, starts_at, ends_at, holder, held_until)
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
