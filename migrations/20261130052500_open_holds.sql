-- Open holds of an account are numbered, and a number belongs to one of them: so an account has at most as many as there are
-- numbers, on any number of nodes.
alter table reservations
  drop constraint reservations_known_space,
  add constraint reservations_known_space check (space in ('account.login', 'payment.order', 'account.hold'));
create unique index account_hold_unique on reservations (key) where space = 'account.hold';
