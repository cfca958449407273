-- Disputes: a payer's bank demands captured money back.
--
-- Why the payments are emptied: their subscriber hears of new kinds of events. A node of the version before may
-- have passed some of these by, so the subscriber counts its version up and reads the log again.
truncate payments, payment_refunds, ledger_entries;

-- What went back to payers by lost disputes; the default is for nodes of the version before.
alter table payments add column lost bigint not null default 0;

-- One row per dispute, as far as it is.
create table payment_disputes (
  payment_id uuid not null,
  dispute_id text not null,
  appointment_id uuid not null,
  patient_id uuid not null,
  clinic_id uuid not null,
  gateway_payment text not null,
  amount bigint not null,
  currency text not null,
  status text not null,
  code text,
  respond_by timestamptz,
  lost bigint not null,
  lost_currency text not null,
  opened_at timestamptz not null,
  changed_at timestamptz not null,
  -- Where a page of the list continues: an id of the gateway is no uuid.
  page_id uuid not null,
  version bigint not null,
  constraint payment_disputes_pkey primary key (payment_id, dispute_id)
) with (fillfactor = 75);
comment on table payment_disputes is 'read model: Which captured money do banks demand back?';
create index payment_disputes_open on payment_disputes (opened_at, page_id)
  where status in ('OPEN', 'ACTION_REQUIRED', 'UNDER_REVIEW');

-- Disputes at the sandbox, for tests.
create table razorpay_sandbox_disputes (
  id text not null,
  payment_id text not null,
  amount bigint not null,
  amount_deducted bigint not null default 0,
  status text not null default 'open',
  created_at timestamptz not null default clock_timestamp(),
  constraint razorpay_sandbox_disputes_pkey primary key (id),
  constraint razorpay_sandbox_disputes_payment
    foreign key (payment_id) references razorpay_sandbox_payments (id),
  constraint razorpay_sandbox_disputes_known_status
    check (status in ('open', 'under_review', 'won', 'lost', 'closed'))
);
comment on table razorpay_sandbox_disputes is 'sandbox: What banks demand back of payments.';
create index razorpay_sandbox_disputes_of_payment on razorpay_sandbox_disputes (payment_id);
