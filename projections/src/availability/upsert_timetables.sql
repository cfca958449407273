insert into doctor_timetables as stored (
  doctor_id, clinic_id, zone, slot_minutes, hours, fee_amount, fee_currency, version
)
select doctor_id, clinic_id, zone, slot_minutes, hours, fee_amount, fee_currency, version
from unnest(
  $1::uuid[], $2::uuid[], $3::text[], $4::smallint[], $5::jsonb[], $6::bigint[], $7::text[], $8::bigint[]
) as changed (
  doctor_id, clinic_id, zone, slot_minutes, hours, fee_amount, fee_currency, version
)
on conflict (doctor_id, clinic_id) do update
set
  zone = excluded.zone,
  slot_minutes = excluded.slot_minutes,
  hours = excluded.hours,
  fee_amount = excluded.fee_amount,
  fee_currency = excluded.fee_currency,
  version = excluded.version
where excluded.version > stored.version
