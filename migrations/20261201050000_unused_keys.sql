-- Removes the keys that a refused registration made.
--
-- Why: the program may not delete from subject_keys, so that no erasure can be undone by a new key. A refused
-- registration then left a tombstone of a person who never was. This function of the owner's deletes only keys of the
-- last hour that belong to no aggregate and to no erased person.

create function discard_unused_keys(subjects uuid[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  delete from public.subject_keys as key
  where key.subject = any (subjects)
    and key.erased_at is null
    and key.created_at > clock_timestamp() - interval '1 hour'
    and not exists (
      select from public.events
      where aggregate_type in ('account', 'doctor', 'patient') and aggregate_id = key.subject::text
    )
$$;
revoke execute on function discard_unused_keys from public;
