//! From a doctor's hours to the slots that can be booked, and to the reasons why others can't.
//!
//! | file | rule |
//! |---|---|
//! | `wall_clock` | what local times are in UTC, also on the days on which the clocks change |
//! | `timetable` | which openings hold on a date, and how slots are laid into them |
//! | `partition` | what of that is offered now, and why the rest of the time is not |
//! | `unavailable_reason` | the reasons, in the order in which they are told |
//!
//! Nothing here knows who asks, and nothing looks anything up: hours, holidays, what is taken and the
//! time arrive from those who hold them.

mod partition;
mod timetable;
mod unavailable_reason;
mod wall_clock;

#[cfg(test)]
mod partition_tests;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod timetable_tests;

pub use partition::{Offer, Partition, Taken, TakenBy, Unoffered};
pub use timetable::{NotOffered, Timetable};
pub use unavailable_reason::UnavailableReason;
pub use wall_clock::day_on;
