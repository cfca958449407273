-- A clinic's own settings for bookings. The list of clinics is emptied: its subscriber counts its version up and reads the
-- log again, because a node of the version before may have passed events of the new type by.
truncate clinic_directory;

alter table clinic_directory add column booking_settings jsonb not null;
