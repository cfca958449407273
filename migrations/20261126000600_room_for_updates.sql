-- Room for updates in read models whose rows change often.
--
-- A visit's row is written once and updated four times until the visit is over. On a full page each update
-- goes to another page and to every index; with room on its own page it touches no index at all, and the room
-- is used again. Applies to pages from now on.
alter table patient_appointments set (fillfactor = 75);
alter table day_sheet set (fillfactor = 75);
alter table doctor_directory set (fillfactor = 75);
alter table doctor_affiliations set (fillfactor = 75);
alter table timetable_doctors set (fillfactor = 75);
alter table doctor_timetables set (fillfactor = 75);
