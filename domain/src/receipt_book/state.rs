//! What a book of receipts remembers of its history.

use serde::{Deserialize, Serialize};

use super::event::ReceiptBookEvent;
use crate::values::ReceiptNumber;

/// A book of receipts, as far as its rules care. It is there as soon as its clinic is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptBook {
    /// The number that was given out last.
    pub last: Option<ReceiptNumber>,
}

impl ReceiptBook {
    /// The number that is given out next.
    #[must_use]
    pub fn next_number(&self) -> ReceiptNumber {
        self.last.map_or(ReceiptNumber::FIRST, ReceiptNumber::next)
    }
}

/// The book after one more event.
#[must_use]
pub const fn evolve(_: ReceiptBook, event: &ReceiptBookEvent) -> ReceiptBook {
    match event {
        ReceiptBookEvent::Issued(issued) => ReceiptBook {
            last: Some(issued.number),
        },
    }
}
