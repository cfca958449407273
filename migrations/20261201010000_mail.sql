-- Mails wait here until the mail server has taken them. Address and content are sealed, under a subject of its own per
-- day, whose key is removed two days later. A mail that was sent leaves no row; one that was not leaves its kind and the
-- reason.
create table mail_outbox (
  mail_id uuid not null,
  kind text not null,
  queued_at timestamptz not null,
  -- The day under whose key the content is sealed, in UTC.
  day date not null,
  -- Null once the mail has failed.
  content text,
  -- Sending makes no sense any more from then on.
  give_up_at timestamptz not null,
  -- Null while it waits.
  failure text,
  -- The reply code of the mail server, where that is the reason.
  smtp_code smallint,
  failed_at timestamptz,
  constraint mail_outbox_pkey primary key (mail_id),
  constraint mail_outbox_known_failure check (failure in ('REFUSED', 'UNSENDABLE', 'GAVE_UP')),
  constraint mail_outbox_waits_or_failed check ((failure is null) = (failed_at is null))
);
create index mail_outbox_by_day on mail_outbox (day);
comment on table mail_outbox is
  'identity: Mails that wait to be sent, sealed, and those that were refused, without their content, for 30 days.';

-- Codes that are mailed, one per purpose and holder: the keyed hash of a login, or of an account and a login.
create table mailed_codes (
  purpose text not null,
  holder bytea not null,
  -- Under a key: a short code could be guessed back from a plain hash.
  code_hash bytea not null,
  attempts integer not null default 0,
  -- Mails lately: each makes the next one wait longer.
  issues integer not null default 1,
  issued_at timestamptz not null,
  expires_at timestamptz not null,
  constraint mailed_codes_pkey primary key (purpose, holder),
  constraint mailed_codes_hashes check (octet_length(holder) = 32 and octet_length(code_hash) = 32)
);
create index mailed_codes_expire on mailed_codes (expires_at);
comment on table mailed_codes is 'identity: Single-use codes that were mailed, as keyed hashes, and counts of attempts.';
