//! Opens a payment for a visit, and takes the word of the payer's browser that it was paid.

use chrono::{DateTime, Utc};
use domain::appointment::{Appointment, AppointmentRefusal, CancelledBy, Visit};
use domain::payment::{
    OpenPayment, OpenedPayment, Payable, Payment, PaymentCommand, PaymentRefusal, RecordOrder,
};
use domain::{
    AppointmentId, FailureCode, GatewayOrderId, GatewayPaymentId, Money, PaymentId, Role,
};
use event_store::Cursor;
use tracing::instrument;

use super::{Payments, Settled, payment_id};
use crate::access::capacity;
use crate::execute::key;
use crate::ports::{GatewayError, NewOrder};
use crate::{Caller, CommandError, Context, Done};

/// What the payer's browser needs to show the gateway's form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// The payment.
    pub payment: PaymentId,
    /// The order at the gateway.
    pub order: GatewayOrderId,
    /// On whose behalf the gateway asks. Public.
    pub key_id: String,
    /// How much.
    pub amount: Money,
    /// When it is no longer wanted.
    pub expires_at: DateTime<Utc>,
}

/// Why nobody can pay.
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
        /// Why, in its words.
        code: Option<FailureCode>,
    },
    /// The gateway is away. Asking again goes on where this stopped.
    #[error("the gateway is away")]
    GatewayAway,
}

/// What a browser brings back from the gateway's form. The order is not among it: that is ours to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The attempt that paid.
    pub attempt: GatewayPaymentId,
    /// The order that the browser thinks was paid.
    pub order: GatewayOrderId,
    /// The gateway's signature.
    pub signature: String,
}

/// Why the word of a browser is not taken.
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
    /// makes an order at the gateway. The same payer gets the same order again.
    #[instrument(name = "command.payment.open", skip_all)]
    pub async fn open_payment(
        &self,
        caller: &Caller,
        appointment: AppointmentId,
        context: &Context,
    ) -> Result<Done<Checkout>, CommandError<CheckoutRefusal>> {
        let (visit, hold_until, actor) = self.payable(caller, appointment, context.at).await?;
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
            pay_until: hold_until,
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
                key_id: self.gateway.key_id().to_owned(),
                amount: opened.amount,
                expires_at: opened.pay_until.min(hold_until),
            },
            cursor: ordered.or(done.cursor),
            replayed: false,
        })
    }

    /// The visit, when its hold ends, and as what the caller pays for it.
    async fn payable(
        &self,
        caller: &Caller,
        appointment: AppointmentId,
        at: DateTime<Utc>,
    ) -> Result<(Visit, DateTime<Utc>, domain::Actor), CommandError<CheckoutRefusal>> {
        let commands = &self.commands;
        let id = key(appointment.as_uuid());
        let loaded = commands.store.load_from_log::<Appointment>(&id).await?;
        let state = loaded.into_aggregate();
        let visit = *state.visit().ok_or(CommandError::NotFound)?;
        let proxy = commands.is_proxy(caller, &visit).await?;
        let actor = match capacity(caller, &visit, proxy).ok_or(CommandError::NotFound)? {
            CancelledBy::Patient => caller.acting_as(&[Role::Patient]),
            CancelledBy::Clinic => caller.acting_as(&[Role::Receptionist, Role::Admin]),
            // A doctor sees the visit, and has nothing to do with its money.
            CancelledBy::Doctor => return Err(CommandError::Forbidden),
        };
        let refused = |refusal| Err(CommandError::Refused(CheckoutRefusal::Visit(refusal)));
        if visit.paid_by.is_some() {
            return refused(AppointmentRefusal::AlreadyPaid);
        }
        match (state.hold_until(), state.status()) {
            (Some(hold_until), _) if at < hold_until => Ok((visit, hold_until, actor)),
            (Some(_), _) => refused(AppointmentRefusal::HoldEnded),
            (None, Some(status)) => refused(AppointmentRefusal::NotAwaitingPayment { status }),
            (None, None) => Err(CommandError::NotFound),
        }
    }

    /// The order of a payment, made if there is none yet.
    async fn order_of(
        &self,
        opened: &OpenedPayment,
        context: &Context,
    ) -> Result<(GatewayOrderId, Option<Cursor>), CommandError<CheckoutRefusal>> {
        if let Some(order) = &opened.order {
            return Ok((order.clone(), None));
        }
        let (payment, amount) = (opened.payment, opened.amount);
        let asked = NewOrder { payment, amount };
        let order = match self.gateway.create_order(&asked).await {
            Ok(order) => order,
            Err(GatewayError::Refused { code }) => {
                return Err(CommandError::Refused(CheckoutRefusal::Gateway { code }));
            }
            Err(GatewayError::Unavailable(fault)) => {
                tracing::warn!(
                    payment.id = %payment,
                    error = &fault as &dyn std::error::Error,
                    "The gateway made no order; the payer is told to try again."
                );
                return Err(CommandError::Refused(CheckoutRefusal::GatewayAway));
            }
        };
        let record = RecordOrder {
            order: order.clone(),
            at: context.at,
        };
        // The client's key belongs to the opening: under it, this would be taken for the same command again.
        let context = &Context {
            idempotency: None,
            ..context.clone()
        };
        let recorded = self
            .execute(payment, PaymentCommand::RecordOrder(record), context)
            .await;
        match recorded {
            Ok(done) => Ok((order, done.cursor)),
            // Somebody with the same account was faster; theirs is the payment's order.
            Err(CommandError::Refused(PaymentRefusal::OtherOrder { order })) => Ok((order, None)),
            Err(error) => Err(error.map(CheckoutRefusal::Payment)),
        }
    }

    /// Takes the word of a payer's browser, if the gateway signed it, and asks the gateway what became of the
    /// order. Where the gateway is away nothing is lost: its news, or the reconciler, will tell.
    ///
    /// # Errors
    /// [`VerifyRefusal::NotSigned`] also if the browser brings another order than ours.
    #[instrument(name = "command.payment.verify", skip_all)]
    pub async fn verify_payment(
        &self,
        caller: &Caller,
        payment: PaymentId,
        word: &Verification,
        context: &Context,
    ) -> Result<Done<OpenedPayment>, CommandError<VerifyRefusal>> {
        let opened = self.visible(caller, payment).await?;
        let order = opened.order.as_ref();
        let order = order.ok_or(CommandError::Refused(VerifyRefusal::NoOrder))?;
        let signed = self
            .gateway
            .vouches_for(order, &word.attempt, &word.signature);
        if !signed || *order != word.order {
            return Err(CommandError::Refused(VerifyRefusal::NotSigned));
        }
        let cursor = match self.look_at(&opened, context).await {
            Ok(cursor) => cursor,
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

    /// Settles a payment sooner than its timer would; if that fails, the timer is there. Up to where the visit
    /// is in the log then, if that is new.
    async fn settled_at_once(&self, opened: &OpenedPayment) -> Option<Cursor> {
        if !opened.is_paid() {
            return None;
        }
        match self.settle(opened.payment).await {
            Ok(Settled::Kept(cursor)) => cursor,
            Ok(Settled::Unpaid | Settled::GivenBack(_)) => None,
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

    /// Where the log ends: whoever was faster is in it.
    async fn head(&self) -> Option<Cursor> {
        self.commands.store.head().await.ok()
    }

    /// A payment, for its patient, a proxy or the clinic's front desk.
    pub(crate) async fn visible<R>(
        &self,
        caller: &Caller,
        payment: PaymentId,
    ) -> Result<OpenedPayment, CommandError<R>> {
        let id = key(payment.as_uuid());
        let loaded = self.commands.store.load_from_log::<Payment>(&id).await?;
        let opened = loaded.into_aggregate();
        let opened = opened.opened().cloned().ok_or(CommandError::NotFound)?;
        let own = caller.patient == Some(opened.patient) || caller.is_staff_at(opened.clinic);
        if own || self.is_proxy_of(caller, opened.patient).await? {
            Ok(opened)
        } else {
            Err(CommandError::NotFound)
        }
    }

    async fn is_proxy_of<R>(
        &self,
        caller: &Caller,
        patient: domain::PatientId,
    ) -> Result<bool, CommandError<R>> {
        let id = key(patient.as_uuid());
        let store = &self.commands.store;
        let loaded = store.load_from_log::<domain::patient::Patient>(&id).await?;
        Ok(loaded.aggregate().is_proxy(caller.account))
    }
}
