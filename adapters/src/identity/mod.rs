//! Password hashes, sessions and failed sign-ins, in `PostgreSQL`.
//!
//! Beside the log, never in it: these rows are replaced and removed. Times come from the caller, and
//! whatever must hold between two nodes is settled by the database: a refresh token has one
//! successor, a failure is counted once. Pruning belongs to whoever owns the timers; it only ever
//! removes what no answer depends on any more.

mod credentials;
mod prune;
mod sessions;
#[cfg(test)]
mod test_database;
mod throttle;

pub use credentials::PgCredentialStore;
pub use sessions::PgSessionStore;
pub use throttle::PgLoginThrottle;
