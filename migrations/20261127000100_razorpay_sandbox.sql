-- The books of the sandbox, a payment gateway for trying things out that runs inside the program while no real
-- one is set. They are in the database, so that several nodes share one sandbox and a kill loses no
-- webhook: what it has to tell is written down with what happened.
--
-- Why not a schema of its own: the app's grants, backups and restores know the tables of one schema.

create table razorpay_sandbox_orders (
  id text not null,
  amount bigint not null,
  amount_paid bigint not null default 0,
  currency text not null,
  receipt text,
  unique_receipt boolean not null,
  notes jsonb not null,
  status text not null default 'created',
  attempts integer not null default 0,
  -- How the order's next refunds end, how many of them (null: all), and how their webhooks travel.
  refunds_end text not null default 'processed',
  refunds_left integer,
  refunds_webhook jsonb not null default '{}',
  created_at timestamptz not null default clock_timestamp(),
  constraint razorpay_sandbox_orders_pkey primary key (id),
  constraint razorpay_sandbox_orders_known_status check (status in ('created', 'attempted', 'paid')),
  constraint razorpay_sandbox_orders_known_end check (refunds_end in ('processed', 'pending', 'failed'))
);
comment on table razorpay_sandbox_orders is 'sandbox: What is to be paid, and how its refunds are to end.';
create unique index razorpay_sandbox_orders_receipt on razorpay_sandbox_orders (receipt) where unique_receipt;

create table razorpay_sandbox_payments (
  id text not null,
  order_id text not null,
  amount bigint not null,
  amount_refunded bigint not null default 0,
  currency text not null,
  status text not null,
  error_code text,
  -- A payment that failed and comes nevertheless, later.
  late_at timestamptz,
  webhook jsonb not null,
  created_at timestamptz not null default clock_timestamp(),
  constraint razorpay_sandbox_payments_pkey primary key (id),
  constraint razorpay_sandbox_payments_order foreign key (order_id) references razorpay_sandbox_orders (id),
  constraint razorpay_sandbox_payments_known_status
    check (status in ('authorized', 'captured', 'refunded', 'failed')),
  constraint razorpay_sandbox_payments_not_overdrawn check (amount_refunded between 0 and amount)
);
comment on table razorpay_sandbox_payments is 'sandbox: Attempts to pay orders.';
create index razorpay_sandbox_payments_of_order on razorpay_sandbox_payments (order_id);
create index razorpay_sandbox_payments_late on razorpay_sandbox_payments (late_at) where late_at is not null;

create table razorpay_sandbox_refunds (
  id text not null,
  payment_id text not null,
  amount bigint not null,
  status text not null,
  speed text not null,
  notes jsonb not null,
  receipt text,
  idempotency_key text,
  request_hash bytea not null,
  created_at timestamptz not null default clock_timestamp(),
  constraint razorpay_sandbox_refunds_pkey primary key (id),
  constraint razorpay_sandbox_refunds_payment
    foreign key (payment_id) references razorpay_sandbox_payments (id),
  constraint razorpay_sandbox_refunds_key unique (idempotency_key),
  constraint razorpay_sandbox_refunds_known_status check (status in ('pending', 'processed', 'failed'))
);
comment on table razorpay_sandbox_refunds is 'sandbox: What was given back of payments.';
create index razorpay_sandbox_refunds_of_payment on razorpay_sandbox_refunds (payment_id);

create table razorpay_sandbox_deliveries (
  event_id text not null,
  copy integer not null,
  event text not null,
  body text not null,
  state text not null,
  -- The event that must have arrived before, if the order was told to be wrong.
  behind text,
  due_at timestamptz not null,
  attempts integer not null default 0,
  created_at timestamptz not null default clock_timestamp(),
  constraint razorpay_sandbox_deliveries_pkey primary key (event_id, copy),
  constraint razorpay_sandbox_deliveries_known_state
    check (state in ('waiting', 'delivered', 'dropped', 'given_up'))
);
comment on table razorpay_sandbox_deliveries is 'sandbox: Webhooks, until they are delivered and for a week after.';
create index razorpay_sandbox_deliveries_due on razorpay_sandbox_deliveries (due_at) where state = 'waiting';

create table razorpay_sandbox_faults (
  only_row boolean not null default true,
  fail_next integer not null default 0,
  status integer,
  html boolean not null default false,
  delay_ms integer not null default 0,
  after_effect boolean not null default false,
  constraint razorpay_sandbox_faults_pkey primary key (only_row),
  constraint razorpay_sandbox_faults_one_row check (only_row)
);
comment on table razorpay_sandbox_faults is 'sandbox: What is wrong with its next answers, for tests.';
insert into razorpay_sandbox_faults default values;
