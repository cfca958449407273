//! Gives a payment its receipt: the next number of its clinic's series.

use domain::payment::{IssueReceipt, Payment, PaymentCommand, PaymentRefusal};
use domain::receipt_book::{IssueNumber, ReceiptBook, ReceiptBookCommand, ReceiptBookRefusal};
use domain::{ClinicId, Money, PaymentId, ReceiptNumber};
use event_store::{Loaded, StreamAppend};
use serde::{Deserialize, Serialize};
use tracing::instrument;

use crate::basis::Basis;
use crate::execute::{decide, key};
use crate::place::{ATTEMPTS, Drafted};
use crate::{CommandError, Commands, Context, Done};

type Refused = CommandError<PaymentRefusal>;

/// What whoever asked for a receipt is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptReply {
    /// The payment.
    pub payment: PaymentId,
    /// The number of its receipt.
    pub number: ReceiptNumber,
}

impl Commands {
    /// Gives a paid payment its receipt. Number and payment are written together, so the series has no gap,
    /// and however often it is asked, a payment has one receipt.
    ///
    /// # Errors
    /// [`PaymentRefusal::NotPaid`] before the money came.
    #[instrument(name = "command.payment.issue_receipt", skip_all)]
    pub async fn issue_receipt(
        &self,
        payment: PaymentId,
        context: &Context,
    ) -> Result<Done<ReceiptReply>, Refused> {
        for attempt in 0..ATTEMPTS {
            let mut basis = Basis::default();
            let drafted = self.receipt(payment, &mut basis, context).await;
            if let Some(done) = self.placed(context, (basis, drafted), attempt).await? {
                return Ok(done);
            }
        }
        Err(CommandError::Contended)
    }

    async fn receipt(
        &self,
        payment: PaymentId,
        basis: &mut Basis,
        context: &Context,
    ) -> Result<Drafted<ReceiptReply, PaymentRefusal>, Refused> {
        let id = key(payment.as_uuid());
        let loaded = self.store.load_committed::<Payment>(&id).await?;
        basis.look(&loaded);
        let opened = loaded.aggregate().opened();
        let opened = opened.ok_or(CommandError::NotFound)?;
        let (clinic, amount, issued) = (opened.clinic, opened.amount, opened.receipt);
        let (book, number) = match issued {
            Some(number) => (None, number),
            None => self
                .next_number((clinic, payment, amount), basis, context)
                .await
                .map(|(book, number)| (Some(book), number))?,
        };
        let receipt = self.decide_receipt(loaded, number, context).await?;
        let streams = book.into_iter().chain([receipt]).collect();
        Ok(drafted(streams, ReceiptReply { payment, number }))
    }

    /// The number that the clinic's book gives out next, and the book with it.
    async fn next_number(
        &self,
        (clinic, payment, amount): (ClinicId, PaymentId, Money),
        basis: &mut Basis,
        context: &Context,
    ) -> Result<(StreamAppend, ReceiptNumber), Refused> {
        let id = key(clinic.as_uuid());
        let loaded = self.store.load_committed::<ReceiptBook>(&id).await?;
        basis.look(&loaded);
        let number = loaded.aggregate().next_number();
        let issue = ReceiptBookCommand::Issue(IssueNumber {
            clinic,
            payment,
            amount,
            at: context.at,
        });
        let decided = decide(loaded, issue)
            .await?
            .map_err(|refusal| match refusal {
                ReceiptBookRefusal::NothingPaid => CommandError::Refused(PaymentRefusal::NotPaid),
            })?;
        Ok((decided.stream, number))
    }

    async fn decide_receipt(
        &self,
        payment: Loaded<Payment>,
        number: ReceiptNumber,
        context: &Context,
    ) -> Result<StreamAppend, Refused> {
        let at = context.at;
        let issue = PaymentCommand::IssueReceipt(IssueReceipt { number, at });
        let decided = decide(payment, issue).await?;
        Ok(decided.map_err(CommandError::Refused)?.stream)
    }
}

fn drafted(
    streams: Vec<StreamAppend>,
    told: ReceiptReply,
) -> Drafted<ReceiptReply, PaymentRefusal> {
    Drafted {
        streams,
        places: Vec::new(),
        told,
        taken: None,
    }
}
