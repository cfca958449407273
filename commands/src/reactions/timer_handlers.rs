//! The handlers of timers, one per kind.

use std::sync::Arc;

use domain::appointment::AppointmentRefusal;
use domain::payment::Payable;
use domain::{AppointmentId, GatewayPaymentId, PaymentId, RefundId};

use super::break_glass_notices::{NoticeTimer, Notices};
use super::erasures::ErasureTimer;
use super::gateway_events::GatewayEventHandler;
use super::hold_timers::HOLD;
use super::invitations::InvitationTimer;
use super::mails::MailTimer;
use super::payment_timers::{
    CANCELLED, CAPTURE, DISPUTES, RECONCILE, REFUND, REFUND_AGAIN, RESUME, SETTLE, parts, uuid,
};
use super::timers::{Running, TimerHandler, TimerOutcome};
use crate::erasures::Erasures;
use crate::identity::Identity;
use crate::payments::{Inbox, Payments};
use crate::{CommandError, Commands, Context, Fault};

/// Every handler. Without `notices` no mail is sent.
#[must_use]
pub fn timer_handlers(
    commands: &Commands,
    payments: &Payments,
    inbox: &Inbox,
    identity: &Identity,
    erasures: &Erasures,
    notices: Option<Notices>,
) -> Vec<Arc<dyn TimerHandler>> {
    let hold: Arc<dyn TimerHandler> = Arc::new(HoldTimer(commands.clone()));
    let events: Arc<dyn TimerHandler> = Arc::new(GatewayEventHandler(inbox.clone()));
    let payment_timers = Work::ALL.map(|work| -> Arc<dyn TimerHandler> {
        let payments = payments.clone();
        Arc::new(PaymentTimer { payments, work })
    });
    let mails = notices.clone().map(|notices| notices.mails);
    let mails = mails.map(|mails| -> Arc<dyn TimerHandler> { Arc::new(MailTimer(mails)) });
    let notices: Arc<dyn TimerHandler> = Arc::new(NoticeTimer {
        commands: commands.clone(),
        notices,
    });
    let invitations: Arc<dyn TimerHandler> = Arc::new(InvitationTimer(identity.clone()));
    let erasures: Arc<dyn TimerHandler> = Arc::new(ErasureTimer {
        erasures: erasures.clone(),
    });
    let always = [hold, events, invitations, notices, erasures]
        .into_iter()
        .chain(payment_timers);
    always.chain(mails).collect()
}

/// Expires holds.
struct HoldTimer(Commands);

impl TimerHandler for HoldTimer {
    fn kind(&self) -> &'static str {
        HOLD
    }

    fn run(self: Arc<Self>, key: String, _: u32) -> Running {
        Box::pin(async move {
            let appointment = AppointmentId::from_uuid(uuid(&key)?);
            let context = Context::system(self.0.clock.now(), appointment.as_uuid());
            match self.0.expire_hold(appointment, &context).await {
                Ok(_) => Ok(TimerOutcome::Done),
                Err(CommandError::Refused(refusal)) => settled(refusal),
                Err(CommandError::Fault(fault)) => Err(fault),
                Err(error) => Err(Fault::new("expiring a hold", error)),
            }
        })
    }
}

/// The outcome of a refusal: nothing is left to do, unless this node's clock is ahead.
fn settled(refusal: AppointmentRefusal) -> Result<TimerOutcome, Fault> {
    match refusal {
        AppointmentRefusal::HoldStillRunning => Err(Fault::new("expiring a hold", refusal)),
        _ => Ok(TimerOutcome::Done),
    }
}

/// A kind of timer on payments.
#[derive(Debug, Clone, Copy)]
enum Work {
    Settle,
    Capture,
    RefundCancelled,
    Refund,
    RefundAgain,
    Resume,
    Reconcile,
    Disputes,
}

impl Work {
    const ALL: [Self; 8] = [
        Self::Settle,
        Self::Capture,
        Self::RefundCancelled,
        Self::Refund,
        Self::RefundAgain,
        Self::Resume,
        Self::Reconcile,
        Self::Disputes,
    ];
}

/// Runs the timers of one kind on payments.
struct PaymentTimer {
    payments: Payments,
    work: Work,
}

impl TimerHandler for PaymentTimer {
    fn kind(&self) -> &'static str {
        match self.work {
            Work::Settle => SETTLE,
            Work::Capture => CAPTURE,
            Work::RefundCancelled => CANCELLED,
            Work::Refund => REFUND,
            Work::RefundAgain => REFUND_AGAIN,
            Work::Resume => RESUME,
            Work::Reconcile => RECONCILE,
            Work::Disputes => DISPUTES,
        }
    }

    fn run(self: Arc<Self>, key: String, _: u32) -> Running {
        let payments = self.payments.clone();
        match self.work {
            Work::Settle => Box::pin(settle(payments, key)),
            Work::Capture => Box::pin(capture(payments, key)),
            Work::RefundCancelled => Box::pin(refund_cancelled(payments, key)),
            Work::Refund => Box::pin(refund(payments, key)),
            Work::RefundAgain => Box::pin(refund_again(payments, key)),
            Work::Resume => Box::pin(resume(payments, key)),
            Work::Reconcile => Box::pin(reconcile(payments, key)),
            Work::Disputes => Box::pin(disputes(payments)),
        }
    }
}

async fn settle(payments: Payments, key: String) -> Result<TimerOutcome, Fault> {
    let payment = PaymentId::from_uuid(uuid(&key)?);
    payments.settle(payment).await?;
    Ok(TimerOutcome::Done)
}

async fn capture(payments: Payments, key: String) -> Result<TimerOutcome, Fault> {
    let (payment, attempt) = parts(&key)?;
    let attempt = GatewayPaymentId::parse(attempt);
    let attempt = attempt.map_err(Fault::doing("reading a timer's key"))?;
    Ok(payments.capture(payment, &attempt).await?.into())
}

async fn refund_cancelled(payments: Payments, key: String) -> Result<TimerOutcome, Fault> {
    let appointment = AppointmentId::from_uuid(uuid(&key)?);
    let payable = Payable::Visit { appointment };
    payments.refund_cancelled(payable).await?;
    Ok(TimerOutcome::Done)
}

async fn refund(payments: Payments, key: String) -> Result<TimerOutcome, Fault> {
    let (payment, refund) = refund_of(&key)?;
    Ok(payments.carry_out_refund(payment, refund).await?.into())
}

async fn refund_again(payments: Payments, key: String) -> Result<TimerOutcome, Fault> {
    let (payment, refund) = refund_of(&key)?;
    payments.try_refund_again(payment, refund).await?;
    Ok(TimerOutcome::Done)
}

async fn resume(payments: Payments, key: String) -> Result<TimerOutcome, Fault> {
    let payment = PaymentId::from_uuid(uuid(&key)?);
    payments.resume_refunds(payment).await?;
    Ok(TimerOutcome::Done)
}

async fn reconcile(payments: Payments, key: String) -> Result<TimerOutcome, Fault> {
    let payment = PaymentId::from_uuid(uuid(&key)?);
    Ok(payments.reconcile(payment).await?.into())
}

async fn disputes(payments: Payments) -> Result<TimerOutcome, Fault> {
    Ok(TimerOutcome::At(payments.reconcile_disputes().await?))
}

fn refund_of(key: &str) -> Result<(PaymentId, RefundId), Fault> {
    let (payment, refund) = parts(key)?;
    Ok((payment, RefundId::from_uuid(uuid(refund)?)))
}
