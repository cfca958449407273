//! A clinic's book of receipts: it gives out numbers, one after the other.
//!
//! ```text
//! last number n ──Issue──▶ last number n + 1
//! ```
//!
//! There is one book per clinic, under the clinic's id. It remembers its last number only. That a payment has
//! one receipt is for the payment to know: both are written in one append, so that no number is left without
//! a payment, and no payment has two.

mod aggregate;
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
