-- A flood of requests for mails leaves a bounded number of rows: whether another mail may wait, and which codes are beyond
-- the number that is kept, is read by these indexes.
create index mail_outbox_waiting on mail_outbox (mail_id) where failure is null;
create index mailed_codes_of_anyone on mailed_codes (issued_at) where purpose in ('sign-up', 'password-reset');
comment on table mail_outbox is
  'identity: Mails that wait to be sent, sealed, and those that were refused, without their content: for 30 days, or for a day where anyone can ask for such a mail.';
