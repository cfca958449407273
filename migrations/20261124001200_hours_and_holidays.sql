-- Hours of particular dates, holidays, and doctors for whom no bookings are taken: where slots are offered
-- and where doctors and clinics are shown.
--
-- Why the tables are emptied: their subscribers hear of new kinds of events. A node of the version
-- before may have passed some of these by, so the subscribers count their versions up and read the log
-- again.
truncate timetable_doctors, doctor_timetables, doctor_directory, doctor_affiliations, clinic_directory;

alter table timetable_doctors add column suspended boolean not null;
alter table doctor_directory add column suspended boolean not null;
alter table doctor_timetables add column dated_hours jsonb not null;
alter table doctor_affiliations add column dated_hours jsonb not null;
alter table clinic_directory add column holidays jsonb not null;

-- On which days is a clinic closed, whatever its doctors' hours say?
create table timetable_clinics (
  clinic_id uuid not null,
  holidays jsonb not null,
  version bigint not null,
  constraint timetable_clinics_pkey primary key (clinic_id)
);
comment on table timetable_clinics is 'read model: On which days is a clinic closed?';
