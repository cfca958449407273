-- The log by type, for readers that want few of its events.
--
-- Whoever follows only a few types passes hundreds of events by for each one that they want, and had to
-- fetch every one of them to see that. With this index a catch-up costs what it takes, not what it passes.
-- Making it locks appends, for about two seconds per million events.
create index events_by_type on events (event_type, epoch, transaction_id, position);
