-- What a decision rested on.
--
-- Why: a booking is decided on a doctor's hours as they were read, perhaps from a cache. The append says
-- at which version, and is refused if the doctor has moved on. A domain does that in plain SQL: a
-- cast that fails its check raises a constraint violation under the constraint's name.

create domain stream_unmoved as boolean constraint stream_unmoved check (value);
