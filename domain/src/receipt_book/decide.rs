//! How a book of receipts makes up its mind: one function per command.

use super::command::{IssueNumber, ReceiptBookCommand};
use super::error::ReceiptBookRefusal;
use super::event::{ReceiptBookEvent, ReceiptIssued};
use super::state::ReceiptBook;

type Decision = Result<Vec<ReceiptBookEvent>, ReceiptBookRefusal>;

/// The events that follow from a command, or what forbids it.
///
/// # Errors
/// The [`ReceiptBookRefusal`] that names the fact.
pub fn decide(book: &ReceiptBook, command: ReceiptBookCommand) -> Decision {
    match command {
        ReceiptBookCommand::Issue(command) => issue(book, command),
    }
}

fn issue(book: &ReceiptBook, command: IssueNumber) -> Decision {
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
