-- The latest first. The filters stand in `case`, so that a generic plan reads the index in its order and does not expect
-- few rows.
select
  entry_id, patient_id, kind, status, occurred_at, recorded_at, revision, author_id, author_role,
  doctor_id, clinic_id, appointment_id, subject, phi, version
from chart_entries
where patient_id = $1
  and occurred_at >= coalesce($2, '-infinity'::timestamptz)
  and (occurred_at, entry_id) < (
    coalesce($3, 'infinity'::timestamptz), coalesce($4, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
  )
  and case when $5::text[] is null then true else kind = any ($5) end
  and case when $6::uuid is null then true else coalesce(doctor_id = $6, false) end
  and case when $7::uuid is null then true else coalesce(author_id = $7, false) end
  and ($8::boolean or status <> 'ENTERED_IN_ERROR')
order by occurred_at desc, entry_id desc
limit $9
