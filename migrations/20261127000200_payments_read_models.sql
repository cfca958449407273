-- What was paid and given back, and how much patients get back who call off.
--
-- Why the list of clinics is emptied: its subscriber hears of a new kind of event. A node of the version before
-- may have passed some of these by, so the subscriber counts its version up and reads the log again.
truncate clinic_directory;

alter table clinic_directory add column refund_policy jsonb not null;
