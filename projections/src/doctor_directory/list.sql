-- The order is that of the index doctor_directory_name: who was erased comes last.
select doctor_id, subject, phi, specialisations, languages, verified, version
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
  and (verified or not $4::boolean)
  and (
    $5::uuid is null
    or (phi = 'null', coalesce(phi ->> 'name', '') collate "und-x-icu", doctor_id) > (
      (select phi = 'null' from doctor_directory where doctor_id = $5),
      (select coalesce(phi ->> 'name', '') from doctor_directory where doctor_id = $5),
      $5
    )
  )
order by phi = 'null', coalesce(phi ->> 'name', '') collate "und-x-icu", doctor_id
limit $6
