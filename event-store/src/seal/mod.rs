//! Encryption of personal data under a key per person, so that a person can be erased (crypto-shredding).
//!
//! The `phi` of an event's payload is encrypted with the key of the event's `subject` when it is appended,
//! and decrypted when it is read. Destroying the key erases the person: the events stay, and `phi` reads as
//! null everywhere, also in every backup once the master key of its epoch is destroyed.
//!
//! ```text
//! master key (epoch) ─wraps─▶ key of a subject ─seals─▶ phi of an event, a cell of a read model
//!  settings only               subject_keys             bound to its event or row
//! ```
//!
//! - `envelope.rs`: the stored form. `associated_data.rs`: the binding of a sealed value to its location.
//! - `master.rs`: master keys. `reload.rs`: newer ones of another process. `keys.rs`, `cache.rs`, `follower.rs`: keys of subjects, and how this
//!   process learns of erasures by other processes.
//! - `sealing.rs`: the handle. `events.rs`, `rows.rs`: the two kinds of sealed data. `erase.rs`, `rotate.rs`:
//!   erasure and rotation of master keys. `open.rs`: checks at start.
//!
//! This module does not know the content that it seals: no error and no debug text shows any.

mod associated_data;
mod cache;
mod envelope;
mod erase;
mod error;
mod events;
mod follower;
mod keys;
mod master;
mod open;
mod reload;
mod rotate;
mod rows;
mod sealing;

pub use erase::{Erased, SubjectStatus};
pub use error::{SealError, SealFault, is_unreadable};
pub(crate) use events::Stored;
pub use master::{MasterKeys, MasterKeysError};
pub use open::OpenSealingError;
pub use reload::ReloadMasterKeys;
pub use rotate::{EpochStatus, RotateError, SealingStatus};
pub use rows::{Cell, SealedCell};
pub use sealing::Sealing;
