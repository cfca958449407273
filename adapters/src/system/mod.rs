//! System clock and random generator: the only place that reads them.
//!
//! Everything else takes a [`commands::ports::Clock`] and a [`commands::ports::IdSource`], and tests pass [`TestClock`].

mod clock;
mod ids;
mod test_clock;

pub use clock::SystemClock;
pub use ids::SystemIds;
pub(crate) use ids::random_secret;
pub use test_clock::TestClock;
