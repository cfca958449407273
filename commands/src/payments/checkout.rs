//! Opens a payment for a visit, and verifies the report of the payer's browser that it was paid.

use chrono::{DateTime, Utc};
use domain::appointment::{Appointment, AppointmentRefusal, AppointmentStatus, Visit};
use domain::payment::{OpenPayment, OpenedPayment, Payable, PaymentCommand, PaymentRefusal};
use domain::{
    Actor, AppointmentId, FailureCode, GatewayKeyId, GatewayOrderId, GatewayPaymentId, Money,
    PaymentId,
};
use event_store::Cursor;
use tracing::instrument;

use super::{Payments, Settled, payment_id, resource};
use crate::authorization::{Action, Resource, authorize_or_proxy};
use crate::{Caller, CommandError, Context, Done};

/// The data that the payer's browser needs to show the gateway's form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// The payment.
    pub payment: PaymentId,
    /// The order at the gateway.
    pub order: GatewayOrderId,
    /// The gateway's public key id.
    pub key_id: GatewayKeyId,
    /// The amount.
    pub amount: Money,
    /// The end of the time to pay.
    pub expires_at: DateTime<Utc>,
}

/// The refusal to open a payment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckoutRefusal {
    /// The visit awaits no payment.
    #[error(transparent)]
    Visit(#[from] AppointmentRefusal),
    /// The payment can't be opened.
    #[error(transparent)]
    Payment(#[from] PaymentRefusal),
    /// The gateway takes no such order.
    #[error("the gateway refused the order")]
    Gateway {
        /// The reason, as a code of the gateway.
        code: Option<FailureCode>,
    },
    /// The gateway is unavailable. A repeated request continues where this one stopped.
    #[error("the gateway is unavailable")]
    GatewayAway,
}

/// The report that a browser brings back from the gateway's form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The attempt that paid.
    pub attempt: GatewayPaymentId,
    /// The order that the browser thinks was paid.
    pub order: GatewayOrderId,
    /// The gateway's signature.
    pub signature: String,
}

/// The refusal of a browser's report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyRefusal {
    /// It has no order yet, so nothing can have been paid.
    #[error("the payment has no order yet")]
    NoOrder,
    /// The gateway did not sign that this attempt paid our order.
    #[error("the signature is not the gateway's")]
    NotSigned,
}

impl Payments {
    /// Opens a payment for a visit that awaits one, for its patient, a proxy or the clinic's front desk, and
    /// makes an order at the gateway. The same payer gets the same order again, unless it can't be paid any more.
    #[instrument(name = "command.payment.open", skip_all)]
    pub async fn open_payment(
        &self,
        caller: &Caller,
        appointment: AppointmentId,
        context: &Context,
    ) -> Result<Done<Checkout>, CommandError<CheckoutRefusal>> {
        let (visit, pay_until, actor) = self.payable(caller, appointment, context.at).await?;
        let context = &Context {
            actor,
            clinic: Some(visit.clinic),
            ..context.clone()
        };
        let payment = payment_id(appointment, caller.account);
        let open = OpenPayment {
            payment,
            payable: Payable::AppointmentFee { appointment },
            patient: visit.patient,
            clinic: visit.clinic,
            amount: visit.fee,
            pay_until,
            by: context.actor,
            at: context.at,
        };
        let done = self
            .execute(payment, PaymentCommand::Open(open), context)
            .await
            .map_err(|error| error.map(CheckoutRefusal::Payment))?;
        let opened = self.opened(payment).await?;
        let (order, ordered) = self.order_of(&opened, context).await?;
        Ok(Done {
            reply: Checkout {
                payment,
                order,
                key_id: self.gateway.key_id().clone(),
                amount: opened.amount,
                expires_at: opened.pay_until.min(pay_until),
            },
            cursor: ordered.or(done.cursor),
            replayed: false,
        })
    }

    /// The visit, the end of its hold or of the time to pay its bill, and the actor that the caller is when paying for it.
    async fn payable(
        &self,
        caller: &Caller,
        appointment: AppointmentId,
        at: DateTime<Utc>,
    ) -> Result<(Visit, DateTime<Utc>, Actor), CommandError<CheckoutRefusal>> {
        let state: Appointment = self.commands.load(appointment).await?;
        let visit = *state.visit().ok_or(CommandError::NotFound)?;
        let read = self.commands.store.read_set();
        let action = Action::PayAppointment;
        let actor = authorize_or_proxy(&read, caller, action, Resource::from(&visit)).await?;
        let refused = |refusal| Err(CommandError::Refused(CheckoutRefusal::Visit(refusal)));
        if visit.paid_by.is_some() {
            return refused(AppointmentRefusal::AlreadyPaid);
        }
        match (state.pay_until(), state.status()) {
            (Some(pay_until), _) if at < pay_until => Ok((visit, pay_until, actor)),
            (Some(_), Some(AppointmentStatus::Booked)) => refused(AppointmentRefusal::HoldEnded),
            (Some(_), _) => refused(AppointmentRefusal::BillOverdue),
            (None, Some(status)) => refused(AppointmentRefusal::NotAwaitingPayment { status }),
            (None, None) => Err(CommandError::NotFound),
        }
    }

    /// Verifies the report of a payer's browser, and asks the gateway for the state of the order. If the
    /// gateway is unavailable nothing is lost: its webhook or the reconciler follows.
    ///
    /// # Errors
    /// [`VerifyRefusal::NotSigned`] also if the browser brings an order of another payment.
    #[instrument(name = "command.payment.verify", skip_all)]
    pub async fn verify_payment(
        &self,
        caller: &Caller,
        payment: PaymentId,
        word: &Verification,
        context: &Context,
    ) -> Result<Done<OpenedPayment>, CommandError<VerifyRefusal>> {
        let opened = self.visible(caller, payment).await?;
        if opened.order.is_none() {
            return Err(CommandError::Refused(VerifyRefusal::NoOrder));
        }
        let Verification {
            attempt,
            order,
            signature,
        } = word;
        // An order that was replaced meanwhile may have been paid first.
        let ours = opened.has_order(order);
        if !ours || !self.gateway.vouches_for(order, attempt, signature) {
            return Err(CommandError::Refused(VerifyRefusal::NotSigned));
        }
        let cursor = match self.look_at(&opened, context).await {
            Ok(looked) => looked.last,
            Err(fault) => {
                tracing::warn!(
                    payment.id = %payment,
                    error = &fault as &dyn std::error::Error,
                    "The gateway could not be asked about a payment that it vouched for."
                );
                None
            }
        };
        let reply = self.opened(payment).await?;
        let settled = self.settled_at_once(&reply).await;
        Ok(Done {
            reply,
            cursor: settled.max(cursor).or(self.head().await),
            replayed: false,
        })
    }

    /// Settles a payment sooner than its timer would; if that fails, the timer does it. Returns the visit's
    /// position in the log if it is new.
    async fn settled_at_once(&self, opened: &OpenedPayment) -> Option<Cursor> {
        if !opened.is_paid() {
            return None;
        }
        match self.settle(opened.payment).await {
            Ok(Settled::Applied(cursor)) => cursor,
            Ok(Settled::Unpaid | Settled::Refunded(_)) => None,
            Err(fault) => {
                tracing::warn!(
                    payment.id = %opened.payment,
                    error = &fault as &dyn std::error::Error,
                    "A payment could not be settled at once."
                );
                None
            }
        }
    }

    /// The end of the log, which includes what another task did first.
    async fn head(&self) -> Option<Cursor> {
        self.commands.store.head().await.ok()
    }

    /// A payment, for its patient, a proxy or the clinic's front desk.
    pub(crate) async fn visible<R>(
        &self,
        caller: &Caller,
        payment: PaymentId,
    ) -> Result<OpenedPayment, CommandError<R>> {
        let opened = self.opened(payment).await?;
        let read = self.commands.store.read_set();
        let action = Action::PayAppointment;
        authorize_or_proxy(&read, caller, action, resource(&opened)).await?;
        Ok(opened)
    }
}
