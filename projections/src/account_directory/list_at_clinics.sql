-- Accounts of staff all of whose clinics are among these, and accounts of patients with a visit at one of them.
select account_id, roles, clinics, person, disabled, subject, phi, version
from account_directory a
where account_id > coalesce($1, '00000000-0000-0000-0000-000000000000'::uuid)
  and case
    when a.person ->> 'kind' = 'patient' then exists (
      select
      from patient_appointments v
      where v.patient_id = (a.person ->> 'id')::uuid and v.clinic_id = any ($3)
    )
    else a.clinics -> 'clinics' <@ to_jsonb($3::uuid[]) and a.clinics -> 'clinics' <> '[]'
  end
order by account_id
limit $2
