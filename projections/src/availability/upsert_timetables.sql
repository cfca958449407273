insert into doctor_timetables as stored (
  doctor_id, clinic_id, zone, slot_minutes, hours, dated_hours, fee_amount, fee_currency, version
)
select * from unnest(
  $1::uuid[], $2::uuid[], $3::text[], $4::smallint[], $5::jsonb[], $6::jsonb[], $7::bigint[],
  $8::text[], $9::bigint[]
)
on conflict (doctor_id, clinic_id) do update
set
  zone = excluded.zone,
  slot_minutes = excluded.slot_minutes,
  hours = excluded.hours,
  dated_hours = excluded.dated_hours,
  fee_amount = excluded.fee_amount,
  fee_currency = excluded.fee_currency,
  version = excluded.version
where excluded.version > stored.version
