-- Orders of payments that were closed, such as those of which the gateway never told.
--
-- Why the payments are emptied: their subscriber hears of new kinds of events. A node of the version before may
-- have passed some of these by, so the subscriber counts its version up and reads the log again.
truncate payments, payment_refunds, ledger_entries;

-- One row per closing, written once: an entry is the number of its event.
create table payment_closed_orders (
  payment_id uuid not null,
  entry bigint not null,
  order_id text not null,
  appointment_id uuid not null,
  clinic_id uuid not null,
  grounds text not null,
  failure_code text,
  closed_at timestamptz not null,
  constraint payment_closed_orders_pkey primary key (payment_id, entry)
);
comment on table payment_closed_orders is 'read model: Which orders of the gateway are closed, and why?';
create index payment_closed_orders_grounds on payment_closed_orders (grounds, closed_at);

-- A payment may have several orders, each reserved for it. An account still has one login.
alter table reservations drop constraint reservations_pkey;
alter table reservations add constraint reservations_pkey primary key (holder, space, key);
create unique index account_login_one_per_holder on reservations (holder) where space = 'account.login';
