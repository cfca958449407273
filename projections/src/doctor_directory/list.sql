-- Ids are in the order of registration. Without the filters of a search: a generic plan takes a filter that may
-- be null for one that few rows pass, and sorts all of them.
select doctor_id, subject, phi, specialisations, languages, verified, suspended, version
from doctor_directory
where (verified and not suspended or not $1::boolean)
  and doctor_id > coalesce($2, '00000000-0000-0000-0000-000000000000'::uuid)
order by doctor_id
limit $3
