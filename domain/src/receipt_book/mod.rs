//! A clinic's receipt book: it assigns consecutive numbers.
//!
//! ```text
//! last number n ──Issue──▶ last number n + 1
//! ```
//!
//! There is one book per clinic, under the clinic's id, and one for payments in a sandbox, of which no money moved. Its state is the last number only. The
//! payment makes sure that it has one receipt: both events are written in one append, so that no
//! number is without a payment, and no payment has two.

mod command;
mod decide;
mod error;
mod event;
mod state;

#[cfg(test)]
mod tests;

pub use command::{IssueNumber, ReceiptBookCommand};
pub use decide::decide;
pub use error::ReceiptBookRefusal;
pub use event::{ReceiptBookEvent, ReceiptIssued};
pub use state::{ReceiptBook, evolve};
