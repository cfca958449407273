//! Decisions of a receipt book: one function per command.

use super::command::{IssueNumber, ReceiptBookCommand};
use super::error::ReceiptBookRefusal;
use super::event::{ReceiptBookEvent, ReceiptIssued};
use super::state::ReceiptBook;
use crate::decision::Decision;

/// Returns the events that follow from a command.
///
/// # Errors
/// The [`ReceiptBookRefusal`] that forbids it.
pub fn decide(book: &ReceiptBook, command: ReceiptBookCommand) -> Decision<ReceiptBook> {
    match command {
        ReceiptBookCommand::Issue(command) => issue(book, command),
    }
}

fn issue(book: &ReceiptBook, command: IssueNumber) -> Decision<ReceiptBook> {
    let IssueNumber {
        clinic,
        payment,
        amount,
        at,
    } = command;
    if amount.is_zero() {
        return Err(ReceiptBookRefusal::NothingPaid);
    }
    Ok(vec![ReceiptBookEvent::Issued(ReceiptIssued {
        clinic,
        payment,
        number: book.next_number(),
        amount,
        at,
    })])
}
