-- The bookings of an account on a day are numbered, and a number belongs to one of them: so an account books at most as often
-- as there are numbers, on any number of nodes. A key begins with the day; the program removes those of past days.
alter table reservations
  drop constraint reservations_known_space,
  add constraint reservations_known_space
    check (space in ('account.login', 'payment.order', 'account.hold', 'account.booking'));
create unique index account_booking_unique on reservations (key) where space = 'account.booking';
