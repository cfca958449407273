-- The log is frozen as it grows.
--
-- Why: nothing in `events` is ever updated, so autovacuum has nothing to do there but to freeze, and by default
-- it looks only after a fifth of the table has come new, and then freezes nothing that is young. All of it
-- would be read and written anew, at once, when transaction ids are about to run out. Like this each stretch of
-- half a million events is frozen while it is new, and only its own pages are read. It also keeps the
-- visibility map current, which lets counts of a reader's lag be answered from the index.

alter table events set (
  autovacuum_vacuum_insert_scale_factor = 0,
  autovacuum_vacuum_insert_threshold = 500000,
  autovacuum_freeze_min_age = 0
);
