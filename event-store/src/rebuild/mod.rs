//! Rebuilds of read models: shadow copies are built, compared with the live read models, and switched.
//!
//! ```text
//!            rebuild                verify               switch                 switch
//! (no copy) ────────▶ shadow copy ──────────▶ the same ─────────▶ copy is live ─────────▶ as before
//!     ▲                   │   one cursor, one snapshot      the former live one
//!     └───────────────────┘ drop                               is the copy
//! ```
//!
//! The tables of a copy have the names of the live ones, in the schema `beside`. The read model's own `apply`
//! fills them: while it runs, no other schema is in the search path, so it can't change the live ones. The
//! position of the copy is the checkpoint `beside/<name>`.
//!
//! - `operator.rs`: the lock of a read model, for one operator at a time. `model.rs`: the tables of a read model.
//! - `tables.rs`: creation and comparison of the copy's tables. `copies.rs`: rows and checkpoints of copies.
//! - `catch_up.rs`, `follower.rs`, `shadow.rs`: copies follow the log, in batches of an adaptive size.
//! - `verify.rs`, `compare.rs`, `diff.rs`, `checksum.rs`: comparison with the live read model.
//! - `switch.rs`: the exchange of tables, while `live.rs` locks the live one. `status.rs`: the status of all.
//!
//! Subscribers with side effects can not be rebuilt: they have no tables, and must not act twice. Operators need
//! the role that owns the tables.

mod catch_up;
mod checksum;
mod compare;
mod copies;
mod diff;
mod error;
mod follower;
mod live;
mod model;
mod operator;
mod shadow;
mod status;
mod switch;
mod tables;
mod verify;

pub use catch_up::{OnProgress, Rebuilt};
pub use copies::{Origin, forget_copies};
pub use diff::{Difference, DifferenceKind, TableComparison};
pub use error::{LockHolder, RebuildError};
pub use model::{ReadModel, ReadModelTable, associated_data_of_row};
pub use operator::{Operator, RebuildFrom};
pub use status::{CopyStatus, ReadModelPosition, ReadModelStatus, read_model_statuses};
pub use switch::Switched;
pub use verify::Verified;
