-- The id of the item that a payment is for, under a name that fits each kind of item.
--
-- A node of the version before goes on reading it as appointment_id while nodes are replaced one by one; what it would
-- write waits for a node of this version. So the subscriber counts its version up and reads the log again, which changes
-- no row that is there. A later migration drops appointment_id.
alter table payments rename column appointment_id to payable_id;
alter table payments add column appointment_id uuid generated always as (payable_id) stored;
alter index payments_appointment rename to payments_payable;
alter table payment_refunds rename column appointment_id to payable_id;
alter table payment_refunds add column appointment_id uuid generated always as (payable_id) stored;
alter table payment_disputes rename column appointment_id to payable_id;
alter table payment_disputes add column appointment_id uuid generated always as (payable_id) stored;
alter table ledger_entries rename column appointment_id to payable_id;
alter table ledger_entries add column appointment_id uuid generated always as (payable_id) stored;
alter index ledger_entries_appointment rename to ledger_entries_payable;
alter table payment_closed_orders rename column appointment_id to payable_id;
alter table payment_closed_orders add column appointment_id uuid generated always as (payable_id) stored;
