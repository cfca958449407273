-- A gateway's order belongs to one payment, and its news find the payment by it.

alter table reservations drop constraint reservations_known_space;
alter table reservations
  add constraint reservations_known_space check (space in ('account.login', 'payment.order'));
create unique index payment_order_unique on reservations (key) where space = 'payment.order';
-- For questions that name the space in a parameter, whatever the planner knows of it.
create index reservations_by_name on reservations (space, key);
