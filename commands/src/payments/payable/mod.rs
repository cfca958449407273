//! Items that are paid for, by their kind.
//!
//! All that a payment asks of its item, and all that it does to it, is an [`Item`]; [`Payments::item`] is the only
//! place that tells kinds apart. A failed attempt changes no item, because the payer may try again until the end of
//! the time to pay, and a refund changes none, because it follows from what became of the item.
//!
//! A new kind is a variant of [`Payable`], a file beside `visit`, and a line in [`Payments::item`].

mod visit;

use std::borrow::Cow;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::payment::{Payable, RefundGrounds};
use domain::{Actor, ClinicId, Money, PatientId, PaymentId};
use event_store::Cursor;

use super::{CheckoutRefusal, Payments};
use crate::{Caller, CommandError, Context, Fault};

/// The claim for a payment of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Invoice {
    /// The patient to whom the item belongs.
    pub(super) patient: PatientId,
    /// The clinic that is paid.
    pub(super) clinic: ClinicId,
    /// The amount.
    pub(super) amount: Money,
    /// The end of the time to pay.
    pub(super) pay_until: DateTime<Utc>,
    /// The actor that the caller is when paying for it.
    pub(super) payer: Actor,
}

/// The outcome of applying a payment to its item.
#[derive(Debug, Default)]
pub(super) struct Applied {
    /// The item's position in the log, if what was paid for is new there.
    pub(super) cursor: Option<Cursor>,
    /// Refunds of what can't be paid for any more.
    pub(super) refunds: Vec<DueRefund>,
}

/// A refund that follows from what became of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DueRefund {
    /// The payment that paid for the item.
    pub(super) payment: PaymentId,
    /// The occasion. There is one refund for it, however often it is requested.
    pub(super) occasion: Cow<'static, str>,
    /// The amount; `None` for all that is left.
    pub(super) amount: Option<Money>,
    /// The grounds.
    pub(super) grounds: RefundGrounds,
}

/// An item that is paid for.
#[async_trait]
pub(super) trait Item: Send + Sync {
    /// Returns what is to be paid for the item.
    ///
    /// # Errors
    /// It awaits no payment, or the caller may not pay for it.
    async fn invoice(
        &self,
        caller: &Caller,
        at: DateTime<Utc>,
    ) -> Result<Invoice, CommandError<CheckoutRefusal>>;

    /// Returns whether the item still needs the money of an authorised attempt.
    async fn is_wanted(&self) -> Result<bool, Fault>;

    /// Applies a settled payment to the item, once, however often it is called.
    async fn apply(&self, payment: PaymentId, context: &Context) -> Result<Applied, Fault>;

    /// Returns the refunds that are due because the item was cancelled; none if it was not, or if nothing is due.
    async fn due_refunds(&self) -> Result<Vec<DueRefund>, Fault>;
}

impl Payments {
    /// Returns the item of a payment.
    pub(super) fn item(&self, payable: Payable) -> Box<dyn Item + '_> {
        match payable {
            Payable::Visit { appointment } => Box::new(visit::PaidVisit::new(self, appointment)),
        }
    }
}
