//! Gives a payment its receipt: the next number of its clinic's series.

use domain::payment::{IssueReceipt, Payment, PaymentCommand, PaymentRefusal};
use domain::receipt_book::{IssueNumber, ReceiptBook, ReceiptBookCommand, ReceiptBookRefusal};
use domain::{ClinicId, PaymentId, ReceiptNumber};
use event_store::ReadSet;
use serde::{Deserialize, Serialize};
use tracing::instrument;
use uuid::Uuid;

use crate::proposal::Proposal;
use crate::{CommandError, Commands, Context, Done};

/// The reply of a command on a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptReply {
    /// The payment.
    pub payment: PaymentId,
    /// The number of its receipt.
    pub number: ReceiptNumber,
}

impl Commands {
    /// Gives a paid payment its receipt. Number and payment are written together, so the series has no gap,
    /// and a payment has one receipt however often the command runs.
    ///
    /// # Errors
    /// [`PaymentRefusal::NotPaid`] before the money came.
    #[instrument(name = "command.payment.issue_receipt", skip_all)]
    pub async fn issue_receipt(
        &self,
        payment: PaymentId,
        context: &Context,
    ) -> Result<Done<ReceiptReply>, CommandError<PaymentRefusal>> {
        self.run(context, async |read: ReadSet| {
            let loaded = read.load::<Payment>(payment).await?;
            let opened = loaded.aggregate().opened().ok_or(CommandError::NotFound)?;
            let (clinic, at) = (opened.clinic, context.at);
            let amount = opened.fee_paid().unwrap_or(opened.amount);
            let (number, book) = if let Some(number) = opened.receipt {
                (number, None)
            } else {
                let series = series(clinic, opened.test_mode);
                let book = read.load::<ReceiptBook>(series).await?;
                let number = book.aggregate().next_number();
                let issue = IssueNumber {
                    clinic,
                    payment,
                    amount,
                    at,
                };
                let issued = book.decide(ReceiptBookCommand::Issue(issue)).await;
                let issued = issued.map_err(|error| {
                    error.map(|ReceiptBookRefusal::NothingPaid| PaymentRefusal::NotPaid)
                })?;
                (number, Some(issued))
            };
            let issue = PaymentCommand::IssueReceipt(IssueReceipt { number, at });
            let receipt = loaded.decide(issue).await?;
            let proposal = Proposal::new(ReceiptReply { payment, number });
            let proposal = book.into_iter().fold(proposal, Proposal::with);
            Ok(proposal.with(receipt))
        })
        .await
    }
}

/// The receipt book that gives out the numbers: the clinic's, or if no money moved, another one.
fn series(clinic: ClinicId, test_mode: bool) -> ClinicId {
    if !test_mode {
        return clinic;
    }
    let id = Uuid::new_v5(&clinic.as_uuid(), b"receipts of the test mode");
    ClinicId::from_uuid(id)
}
