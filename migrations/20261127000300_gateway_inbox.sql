-- What the payment gateway tells is kept before anything else is done with it: it waits five seconds for an
-- answer, and gives up for good after a day of failures. The work is done afterwards, by a timer that is set
-- in the same statement.
--
-- A body tells of a payer (e-mail, phone), so it is sealed, under a subject of its own per day: destroying one
-- key makes a whole day of it unreadable, in copies as well.

create table gateway_inbox (
  -- Over the event's id and the body: the id is a header that nobody signed, and must not hide another body.
  digest bytea not null,
  event_id text,
  received_at timestamptz not null,
  -- The day under whose key the body is sealed, in UTC.
  day date not null,
  -- Null once it is too old.
  body text,
  -- Known once somebody has read the body.
  kind text,
  order_id text,
  -- Null while it waits.
  outcome text,
  settled_at timestamptz,
  constraint gateway_inbox_pkey primary key (digest),
  constraint gateway_inbox_digest_is_sha256 check (octet_length(digest) = 32),
  constraint gateway_inbox_known_outcome check (outcome in (
    'APPLIED', 'NOTHING_NEW', 'OTHER_ACCOUNT', 'UNKNOWN_ORDER', 'OTHER_KIND', 'UNREADABLE', 'REFUSED'
  )),
  constraint gateway_inbox_settled_once_judged check ((outcome is null) = (settled_at is null))
);
create index gateway_inbox_by_time on gateway_inbox (received_at);
create index gateway_inbox_waiting on gateway_inbox (received_at) where outcome is null;
create index gateway_inbox_readable on gateway_inbox (day) where body is not null;
comment on table gateway_inbox is
  'payments: What the payment gateway told, sealed, and what became of it. Bodies go after 90 days.';
