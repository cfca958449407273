-- One stream of the log, anywhere in it.
\set number random(1, :streams)
select sequence, event_type, event_version, payload, metadata
from TABLE
where aggregate_type = 'appointment' and aggregate_id = aggregate(:number)
order by sequence;
