-- Snapshots no longer say of whom they tell.
--
-- Why: the state of an aggregate holds nothing personal, which a test of the domain proves. No snapshot was
-- ever sealed; one that names a subject is of another program, and the log replaces it.

delete from snapshots where subject is not null;

alter table snapshots drop column subject;
