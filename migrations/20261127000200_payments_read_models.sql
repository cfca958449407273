-- What was paid and given back, and how much patients get back who call off.
--
-- Why the list of clinics is emptied: its subscriber hears of a new kind of event. A node of the version before
-- may have passed some of these by, so the subscriber counts its version up and reads the log again.
truncate clinic_directory;

alter table clinic_directory add column refund_policy jsonb not null;

-- One row per payment: what was asked for, and what came of it. The sums are in the payment's own currency;
-- what came in another one stands in the ledger, and goes back whole.
create table payments (
  payment_id uuid not null,
  appointment_id uuid not null,
  patient_id uuid not null,
  clinic_id uuid not null,
  amount bigint not null,
  currency text not null,
  order_id text,
  opened_at timestamptz not null,
  pay_until timestamptz not null,
  paid_at timestamptz,
  settled_by text,
  captured bigint not null,
  refunds_requested bigint not null,
  refunds_failed bigint not null,
  refunded bigint not null,
  receipt_number bigint,
  version bigint not null,
  constraint payments_pkey primary key (payment_id)
) with (fillfactor = 75);
comment on table payments is 'read model: What was to be paid, and was it?';
create index payments_patient on payments (patient_id, opened_at, payment_id);
create index payments_appointment on payments (appointment_id);
create index payments_clinic on payments (clinic_id, opened_at);

-- One row per refund, as far as it is.
create table payment_refunds (
  payment_id uuid not null,
  refund_id uuid not null,
  appointment_id uuid not null,
  patient_id uuid not null,
  clinic_id uuid not null,
  gateway_payment text not null,
  amount bigint not null,
  currency text not null,
  grounds text not null,
  status text not null,
  tries integer not null,
  failure_code text,
  gateway_refund text,
  requested_at timestamptz not null,
  changed_at timestamptz not null,
  version bigint not null,
  constraint payment_refunds_pkey primary key (payment_id, refund_id)
) with (fillfactor = 75);
comment on table payment_refunds is 'read model: What is given back, and has it left?';
create index payment_refunds_failed on payment_refunds (requested_at, refund_id) where status = 'FAILED';

-- One row per movement of money, written once: an entry is the number of its event.
create table ledger_entries (
  payment_id uuid not null,
  entry bigint not null,
  appointment_id uuid not null,
  patient_id uuid not null,
  clinic_id uuid not null,
  kind text not null,
  amount bigint not null,
  currency text not null,
  gateway_payment text not null,
  refund_id uuid,
  gateway_refund text,
  grounds text,
  at timestamptz not null,
  constraint ledger_entries_pkey primary key (payment_id, entry)
);
comment on table ledger_entries is 'read model: Which money has moved?';
create index ledger_entries_appointment on ledger_entries (appointment_id, at);
create index ledger_entries_clinic on ledger_entries (clinic_id, at);
