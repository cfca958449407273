//! Commands on payments, and all that asks the gateway.
//!
//! Reports of the gateway are recorded in the log ([`Payments::note`]). The next steps are decided from the
//! log, by timers that a reaction sets: settle a payment, capture what was authorised, carry out a refund, ask
//! the gateway for the state of an order. Each of them may run twice: ids are derived, and what was done is
//! no new fact.

mod cancelled;
mod capture;
mod checkout;
mod gateway_events;
mod inbox;
mod order;
mod payable;
mod receipt;
mod reconcile;
mod reconcile_disputes;
mod refund;
mod settle;

use std::sync::Arc;

use chrono::TimeDelta;
use domain::payment::{OpenedPayment, Payable, Payment, PaymentCommand, PaymentRefusal};
use domain::{AccountId, GatewayOrderId, GatewayPaymentId, PaymentId, RefundId};
use event_store::ReadSet;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use cancelled::RefundPreview;
pub use checkout::{Checkout, CheckoutRefusal, Verification, VerifyRefusal};
pub use gateway_events::Noted;
pub use inbox::{Inbox, InboxFigures, Taken};
pub use receipt::ReceiptReply;
pub use refund::{REFUND_TRIES, RefundReply, RefundRequest};
pub use settle::Settled;

use crate::authorization::{Resource, ResourceClinics};
use crate::claims::ORDER_TAKEN;
use crate::ports::PaymentGateway;
use crate::proposal::Proposal;
use crate::{CommandError, Commands, Context, Done, Fault};

/// The time after which the gateway is asked about an order, by default.
pub const RECONCILE_AFTER: TimeDelta = TimeDelta::minutes(5);

/// The time after which the gateway is asked for its disputes, again and again.
pub(crate) const DISPUTES_AFTER: TimeDelta = TimeDelta::hours(6);

/// Everything that payments need.
#[derive(Clone)]
pub struct Payments {
    pub(crate) commands: Commands,
    pub(crate) gateway: Arc<dyn PaymentGateway>,
    /// The time after which the gateway is asked about an order.
    pub(crate) reconcile_after: TimeDelta,
}

/// The reply of a command on a payment: ids and states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentReply {
    /// The payment.
    pub payment: PaymentId,
    /// True if the money has come.
    pub paid: bool,
    /// Its version.
    pub version: i64,
}

/// A payment as a resource: its patient's, at its clinic. The visit's doctor has nothing to do with its money.
fn resource(opened: &OpenedPayment) -> Resource {
    Resource::of_patient(opened.patient).with_clinics(ResourceClinics::One(opened.clinic))
}

impl Payments {
    /// Payments through a gateway. After `reconcile_after` it is asked about an order of which nothing was
    /// heard.
    #[must_use]
    pub fn new(
        commands: Commands,
        gateway: Arc<dyn PaymentGateway>,
        reconcile_after: TimeDelta,
    ) -> Self {
        Self {
            commands,
            gateway,
            reconcile_after,
        }
    }

    /// The gateway.
    #[must_use]
    pub fn gateway(&self) -> &dyn PaymentGateway {
        &*self.gateway
    }

    /// The payment, from the log.
    pub(crate) async fn opened<R>(
        &self,
        payment: PaymentId,
    ) -> Result<OpenedPayment, CommandError<R>> {
        let payment: Payment = self.commands.load(payment).await?;
        payment.opened().cloned().ok_or(CommandError::NotFound)
    }

    /// Runs a command on one payment.
    pub(crate) async fn execute(
        &self,
        payment: PaymentId,
        command: PaymentCommand,
        context: &Context,
    ) -> Result<Done<PaymentReply>, CommandError<PaymentRefusal>> {
        let execute = async |read: ReadSet| {
            let changed = read.load::<Payment>(payment).await?;
            let changed = changed.decide(command.clone()).await?;
            let opened = changed.aggregate.opened();
            let reply = PaymentReply {
                payment,
                paid: opened.is_some_and(OpenedPayment::is_paid),
                version: changed.version(),
            };
            let proposal = Proposal::new(reply).with(changed);
            Ok(proposal.on_violation(ORDER_TAKEN, PaymentRefusal::OrderClosed))
        };
        self.commands.run(context, execute).await
    }

    /// The payment of an order, if it is one of ours.
    pub(crate) async fn payment_of(
        &self,
        order: &GatewayOrderId,
    ) -> Result<Option<PaymentId>, Fault> {
        let key = crate::claims::order_key(order);
        let holder = self
            .commands
            .store
            .holder_of(crate::claims::ORDER_SPACE, &key);
        let holder = holder.await.map_err(Fault::doing("looking up an order"))?;
        let holder = holder.map(|holder| holder.parse().map(PaymentId::from_uuid));
        holder
            .transpose()
            .map_err(Fault::doing("reading whose an order is"))
    }
}

/// The payment of one item by one payer. The same payer gets the same payment again; two payers of one
/// item have one each.
#[must_use]
pub fn payment_id(payable: Payable, payer: AccountId) -> PaymentId {
    let words = format!("payment by {}", payer.as_uuid());
    PaymentId::from_uuid(Uuid::new_v5(&payable.id(), words.as_bytes()))
}

/// The refund of what an attempt brought that does not settle its payment.
fn stray_refund(payment: PaymentId, attempt: &GatewayPaymentId) -> RefundId {
    let words = format!("stray {attempt}");
    RefundId::from_uuid(Uuid::new_v5(&payment.as_uuid(), words.as_bytes()))
}

/// The refund of a payment on an occasion, such as that its item was cancelled: at most one.
fn only_refund(payment: PaymentId, of: &str) -> RefundId {
    RefundId::from_uuid(Uuid::new_v5(&payment.as_uuid(), of.as_bytes()))
}

/// Turns the error of a command that must succeed into a fault.
fn fault_of<R>(doing: &'static str) -> impl FnOnce(CommandError<R>) -> Fault
where
    R: std::error::Error + Send + Sync + 'static,
{
    move |error| match error {
        CommandError::Fault(fault) => fault,
        error => Fault::new(doing, error),
    }
}
