-- Bookings for emergencies are numbered, as open holds are: by patient and by account, among those that are open and among
-- those of a day. So neither has more than there are numbers, on any number of nodes. The program removes
-- the numbers of past days.
alter table reservations
  drop constraint reservations_known_space,
  add constraint reservations_known_space check (
    space in (
      'account.login', 'payment.order', 'account.hold', 'account.booking', 'emergency.open', 'emergency.day'
    )
  );
create unique index emergency_number_unique on reservations (key)
  where space in ('emergency.open', 'emergency.day');
