//! The access log in PostgreSQL: table `access_log`, partitioned by month.
//!
//! Decisions are written by one task per process, on a connection of its own: requests that come while a statement is
//! under way share the next one, and so its flush to disk. A request waits until its decisions are durable; if they
//! can't be written, it gets an error, and nothing is shown.
//!
//! The partitions of this month and the next are added when a node starts, and by the janitor. If one is missing
//! nevertheless, the writer adds it.

mod connection;
mod partitions;
mod query;
mod store;
mod writer;

pub use store::PgAccessLog;
