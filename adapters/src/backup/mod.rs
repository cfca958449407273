//! Backups: the log as a dump of the server's own tools, the keyring beside it, and a manifest.
//!
//! ```text
//! <backup>/log.dump       pg_dump's custom format: everything but keys and sessions
//!          keyring.json   wrapped data keys and tombstones
//!          manifest.json  what the two are, and their checksums; written last
//! ```
//!
//! It moves files and says what is wrong with them. What a keyring means is the log's business, and
//! in which order a restore goes on is decided where the program is put together.

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
