-- Day sheets show which visits were booked for an emergency.
--
-- Why the sheets are emptied: the bookings that are on them are in the log only, so their subscriber counts its version
-- up and reads the log again. The default is for nodes of the version before, which write visits without this column
-- while nodes are replaced one by one.
truncate day_sheet, day_sheet_clinics, day_sheet_patients;
alter table day_sheet add column emergency boolean not null default false;
