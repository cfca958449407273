-- Creates a key for each subject without key and tombstone. Returns the rows of all subjects.
with
  missing as (
    select w.subject, w.wrapped
    from unnest($1::uuid[], $2::bytea[]) as w (subject, wrapped)
    where not exists (select from subject_keys k where k.subject = w.subject)
  ),
  epoch as (
    select epoch
    from master_key_epochs
    where epoch = $3 and retired_at is null
    for share
  ),
  made as (
    insert into subject_keys (subject, key_version, master_epoch, wrapped)
    select missing.subject, $4::smallint, epoch.epoch, missing.wrapped
    from missing
    cross join epoch
    order by missing.subject
    on conflict (subject) do nothing
    returning subject, key_version, master_epoch, wrapped
  )
select
  subject as "subject!",
  key_version as "key_version!",
  master_epoch,
  wrapped
from made
union all
select subject, key_version, master_epoch, wrapped
from subject_keys
where subject = any ($1)
