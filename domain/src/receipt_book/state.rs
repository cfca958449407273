//! State of a receipt book.

use serde::{Deserialize, Serialize};

use super::event::ReceiptBookEvent;
use crate::values::ReceiptNumber;

/// A receipt book, with what its rules need. It exists as soon as its clinic does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptBook {
    /// The last number assigned.
    pub last: Option<ReceiptNumber>,
}

impl ReceiptBook {
    /// Returns the next number.
    #[must_use]
    pub fn next_number(&self) -> ReceiptNumber {
        self.last.map_or(ReceiptNumber::FIRST, ReceiptNumber::next)
    }
}

/// Returns the book after one more event.
#[must_use]
pub const fn evolve(_: ReceiptBook, event: &ReceiptBookEvent) -> ReceiptBook {
    match event {
        ReceiptBookEvent::Issued(issued) => ReceiptBook {
            last: Some(issued.number),
        },
    }
}
