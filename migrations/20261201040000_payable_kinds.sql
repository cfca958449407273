-- The kind of the item that a payment is for. So far each is a visit.
--
-- Why nothing is read again: the payments that are stored are of visits, and a node of the version before writes no
-- others. The column appointment_id has the id of the item, whatever its kind; nodes of that version read it, so it
-- is renamed later.
alter table payments add column payable_kind text not null default 'VISIT';
alter table payment_refunds add column payable_kind text not null default 'VISIT';
alter table payment_disputes add column payable_kind text not null default 'VISIT';
alter table ledger_entries add column payable_kind text not null default 'VISIT';
alter table payment_closed_orders add column payable_kind text not null default 'VISIT';
