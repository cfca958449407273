-- Sixty events in one statement, the most that a shared append of the program writes of single events:
-- twelve streams begin, and four times twelve go on that began 200, 400, … statements ago.
with statement as materialized (select nextval('TABLE_statement') as number)
insert into TABLE (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
select
  'appointment',
  aggregate((number - n / 12 * 200) * 12 + n % 12),
  n / 12 + 1,
  'appointment.stuffed',
  '1',
  jsonb_build_object('subject', repeat('s', 36), 'phi', repeat('p', 320)),
  jsonb_build_object('actor', repeat('a', 36), 'command', repeat('c', 200))
from statement, generate_series(0, 59) n
where number > n / 12 * 200;
