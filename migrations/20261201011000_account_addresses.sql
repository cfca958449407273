-- The address of an account can be changed.
--
-- Why the list of accounts is emptied: its subscriber hears of a new kind of event. A node of the version before may
-- have passed some of these by, so the subscriber counts its version up and reads the log again.
truncate account_directory;
