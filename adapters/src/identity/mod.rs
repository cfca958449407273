//! Password hashes, sessions, known devices, mailed codes, failed sign-ins and blocked clients, in `PostgreSQL`.
//!
//! These rows are not part of the log: they are replaced and removed. Times come from the caller,
//! and the database decides between two nodes: a refresh token has one successor, a failure is
//! counted once. Pruning is run by timers of the program; it removes only rows that no longer
//! change any result.

mod blocked_clients;
mod credentials;
mod devices;
mod mailed_codes;
mod prune;
mod second_factors;
mod sessions;
#[cfg(test)]
mod test_database;
mod throttle;

pub use blocked_clients::PgBlockedClientStore;
pub use credentials::PgCredentialStore;
pub use devices::PgDeviceStore;
pub use mailed_codes::PgCodeStore;
pub use second_factors::PgSecondFactorStore;
pub use sessions::PgSessionStore;
pub use throttle::PgLoginThrottle;
