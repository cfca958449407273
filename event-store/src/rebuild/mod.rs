//! Read models made again beside the live ones, compared with them, and put in their place.
//!
//! ```text
//!            rebuild                verify               switch                 switch
//! (no copy) ────────▶ copy beside ──────────▶ the same ─────────▶ copy is live ─────────▶ as before
//!     ▲                   │   one cursor, one snapshot      the former live one
//!     └───────────────────┘ drop                               stands beside
//! ```
//!
//! The copy's tables have the live ones' names, in the schema `beside`. The read model's own `apply`
//! fills them: while it runs, no other schema is in reach, so it can't touch the live ones. The copy's
//! position is the checkpoint `beside/<name>`.
//!
//! - `operator.rs`: who works on a copy, one at a time. `model.rs`: what a read model says of itself.
//! - `tables.rs`: how a copy's tables are made and told apart from others. `copies.rs`: which there are.
//! - `catch_up.rs`, `follower.rs`: how copies follow the log, at a pace that nobody notices. `take.rs`,
//!   `beside.rs`: one batch of one copy.
//! - `verify.rs`, `compare.rs`, `tally.rs`, `checksum.rs`: whether a copy says the same as the live one.
//! - `switch.rs`: how the two are exchanged, while `live.rs` holds the live one. `status.rs`: how it
//!   stands with all of them.
//!
//! It refuses subscribers that react: they have no tables to be made again, and must not act twice.
//! It needs the role that owns the tables.

mod beside;
mod catch_up;
mod checksum;
mod compare;
mod copies;
mod error;
mod follower;
mod live;
mod model;
mod operator;
mod status;
mod switch;
mod tables;
mod take;
mod tally;
mod verify;

pub use catch_up::{Passed, Rebuilt};
pub use copies::{Origin, forget_copies};
pub use error::{Holder, RebuildError};
pub use model::{ReadModel, ReadModelTable, words_of_row};
pub use operator::{Begin, Operator};
pub use status::{CopyStatus, Reached, ReadModelStatus, read_model_statuses};
pub use switch::Switched;
pub use tally::{Difference, Found, TableComparison};
pub use verify::Verified;

use crate::subscribe::Seat;

/// The place in the log of a read model's copy.
fn seat_beside(live: &Seat) -> Seat {
    Seat {
        name: checkpoint_of(&live.name),
        version: live.version,
    }
}

/// The name of a copy's checkpoint.
fn checkpoint_of(name: &str) -> String {
    format!("beside/{name}")
}
