//! Backups: the log as a dump of `pg_dump`, the keyring, and a manifest.
//!
//! ```text
//! <backup>/log.dump       pg_dump's custom format: everything but keys and sessions
//!          keyring.json   wrapped data keys and tombstones
//!          manifest.json  what the two are, and their checksums; written last
//! ```
//!
//! This module writes and verifies files. The meaning of a keyring belongs to the event store, and
//! the order of the steps of a restore to the program.

mod draft;
mod dump;
mod error;
mod load;
mod manifest;
mod target;
mod tools;

pub use draft::Draft;
pub use dump::{DumpSource, Passed, dump};
pub use error::BackupError;
pub use load::load;
pub use manifest::{FORMAT, FileEntry, LogEntry, Manifest};
pub use target::{begin_restore, end_restore, refuse_half_restored};
pub use tools::Tools;

/// The dump of the log.
pub const LOG: &str = "log.dump";
/// The keyring.
pub const KEYRING: &str = "keyring.json";
/// The manifest.
pub const MANIFEST: &str = "manifest.json";
