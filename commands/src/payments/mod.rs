//! Commands on payments, and all that asks the gateway.
//!
//! What the gateway says is noted in the log ([`Payments::note`]); what follows from it is decided from
//! there, by timers that a reaction sets: settle a visit, capture what was authorised, carry out a refund, ask
//! the gateway what became of an order. Each of them may run twice: ids are derived, and what was done is no
//! new fact.

mod cancelled;
mod capture;
mod checkout;
mod inbox;
mod news;
mod receipt;
mod reconcile;
mod refund;
mod settle;

use std::sync::Arc;

use chrono::TimeDelta;
use domain::payment::{OpenedPayment, Payment, PaymentCommand, PaymentRefusal};
use domain::{AccountId, AppointmentId, GatewayOrderId, GatewayPaymentId, PaymentId, RefundId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use checkout::{Checkout, CheckoutRefusal, Verification, VerifyRefusal};
pub use inbox::{Inbox, InboxFigures, Taken};
pub use news::Noted;
pub use receipt::ReceiptReply;
pub use refund::{REFUND_TRIES, RefundReply, RefundRequest};
pub use settle::Settled;

use crate::execute::{Request, key};
use crate::ports::PaymentGateway;
use crate::{CommandError, Commands, Context, Done, Fault};

/// How long an order is left alone before the gateway is asked about it, unless somebody decides otherwise.
pub const RECONCILE_AFTER: TimeDelta = TimeDelta::minutes(5);

/// Everything that payments need.
#[derive(Clone)]
pub struct Payments {
    pub(crate) commands: Commands,
    pub(crate) gateway: Arc<dyn PaymentGateway>,
    /// How long an order is left alone before the gateway is asked about it.
    pub(crate) reconcile_after: TimeDelta,
}

/// What a command on a payment is answered: ids and states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentReply {
    /// The payment.
    pub payment: PaymentId,
    /// Whether what was asked for has come.
    pub paid: bool,
    /// Its version.
    pub version: i64,
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

    /// The payment as the log has it now.
    pub(crate) async fn opened<R>(
        &self,
        payment: PaymentId,
    ) -> Result<OpenedPayment, CommandError<R>> {
        let id = key(payment.as_uuid());
        let loaded = self.commands.store.load_from_log::<Payment>(&id).await?;
        let opened = loaded.into_aggregate();
        opened.opened().cloned().ok_or(CommandError::NotFound)
    }

    /// Has the payment decide, and appends.
    pub(crate) async fn execute(
        &self,
        payment: PaymentId,
        command: PaymentCommand,
        context: &Context,
    ) -> Result<Done<PaymentReply>, CommandError<PaymentRefusal>> {
        let reply = |state: &Payment, version| PaymentReply {
            payment,
            paid: state.opened().is_some_and(OpenedPayment::is_paid),
            version,
        };
        self.decide(payment, command, context, reply).await
    }

    /// The same, with an answer of the caller's.
    async fn decide<T: Serialize + DeserializeOwned>(
        &self,
        payment: PaymentId,
        command: PaymentCommand,
        context: &Context,
        reply: impl Fn(&Payment, i64) -> T,
    ) -> Result<Done<T>, CommandError<PaymentRefusal>> {
        let request = Request {
            id: key(payment.as_uuid()),
            command,
            expected: None,
            context,
        };
        self.commands.execute(request, |_| Ok(()), reply).await
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

/// The payment of one visit by one payer. Whoever asks again gets the same order again; two people who pay
/// for one visit have one each.
#[must_use]
pub fn payment_id(appointment: AppointmentId, payer: AccountId) -> PaymentId {
    let words = format!("payment by {}", payer.as_uuid());
    PaymentId::from_uuid(Uuid::new_v5(&appointment.as_uuid(), words.as_bytes()))
}

/// The refund of what an attempt brought that does not settle its payment.
fn stray_refund(payment: PaymentId, attempt: &GatewayPaymentId) -> RefundId {
    let words = format!("stray {attempt}");
    RefundId::from_uuid(Uuid::new_v5(&payment.as_uuid(), words.as_bytes()))
}

/// The refund of a payment that came too late for its visit, or of one that was called off: there is one at
/// most.
fn only_refund(payment: PaymentId, of: &'static str) -> RefundId {
    RefundId::from_uuid(Uuid::new_v5(&payment.as_uuid(), of.as_bytes()))
}

/// What a command came to for somebody who only wants it to be so: a refusal is for them to judge.
fn fault_of<R>(doing: &'static str) -> impl FnOnce(CommandError<R>) -> Fault
where
    R: std::error::Error + Send + Sync + 'static,
{
    move |error| match error {
        CommandError::Fault(fault) => fault,
        error => Fault::new(doing, error),
    }
}
