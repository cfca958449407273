-- Ids are in the order of registration.
select doctor_id, subject, phi, specialisations, languages, verified, suspended, version
from doctor_directory doctor
where (
    $1::uuid is null
    or exists (
      select
      from doctor_affiliations affiliation
      where affiliation.doctor_id = doctor.doctor_id
        and affiliation.clinic_id = $1
    )
  )
  and ($2::text is null or specialisations @> to_jsonb(array[$2]))
  and ($3::text is null or languages @> to_jsonb(array[$3]))
  and (verified and not suspended or not $4::boolean)
  and doctor_id > coalesce($5, '00000000-0000-0000-0000-000000000000'::uuid)
order by doctor_id
limit $6
