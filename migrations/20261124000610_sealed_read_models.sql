-- Read models hold what tells of a person sealed: text that only the person's key opens, or null once
-- the person was erased.
--
-- Why drop and not change: the rows were in clear, and each projection writes its own again from the
-- log (its version is counted up with this). A doctor's name can't be sorted by any more, and an index
-- would hold it in clear: lists of doctors are in the order of their ids.

truncate doctor_directory, doctor_affiliations, patient_appointments,
  day_sheet, day_sheet_patients, day_sheet_clinics, patient_cards, account_directory;

drop index doctor_directory_name;

alter table doctor_directory drop column phi, add column phi text;
alter table patient_appointments drop column phi, add column phi text;
alter table day_sheet drop column phi, add column phi text;
alter table day_sheet_patients drop column phi, add column phi text;
alter table patient_cards drop column phi, add column phi text;
alter table account_directory drop column phi, add column phi text;
