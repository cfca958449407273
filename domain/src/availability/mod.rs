//! Computes bookable slots from a doctor's hours, and the reasons why other times are unavailable.
//!
//! | file | rule |
//! |---|---|
//! | `wall_clock` | conversion of local time to UTC, also on days on which the clocks change |
//! | `timetable` | openings of a date, and their division into slots |
//! | `partition` | slots that can be booked now, and reasons for all other times |
//! | `unavailable_reason` | the reasons, in the order in which they are reported |
//!
//! Everything here is a pure function: hours, holidays, taken times and the present time are
//! arguments.

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
