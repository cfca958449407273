//! Gives money back: on somebody's word, at the gateway, and again where the gateway could not.

use chrono::{DateTime, TimeDelta, Utc};
use domain::payment::{
    Payment, PaymentCommand, PaymentRefusal, RecordRefund, RecordRefundFailure, Refund,
    RefundGrounds, RefundStatus, RequestRefund, RetryRefund,
};
use domain::{Actor, FailureCode, Money, PaymentId, RefundId, Role};
use serde::{Deserialize, Serialize};
use tracing::instrument;

use super::{Payments, fault_of};
use crate::ports::{GatewayError, GatewayRefund, GatewayRefundStatus, NewRefund};
use crate::{Caller, CommandError, Context, Done, Fault};

/// How often the gateway is asked for a refund before somebody has to look at it.
pub const REFUND_TRIES: u16 = 5;
/// How long a refund that the gateway is at is left alone, at least and at most; its news come sooner.
const SHORTEST_PAUSE: TimeDelta = TimeDelta::seconds(10);
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(6);

/// A refund on somebody's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefundRequest {
    /// Of which payment.
    pub payment: PaymentId,
    /// How much; without it, all that is left.
    pub amount: Option<Money>,
}

/// What a command on a refund is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundReply {
    /// The payment.
    pub payment: PaymentId,
    /// The refund.
    pub refund: RefundId,
    /// How far it is.
    pub status: RefundStatus,
    /// How much.
    pub amount: Money,
    /// The payment's version.
    pub version: i64,
}

impl Payments {
    /// Gives some or all of a payment back, because an administrator of the clinic says so. What is given
    /// back is a fact at once; that the money has left follows.
    #[instrument(name = "command.payment.request_refund", skip_all)]
    pub async fn request_refund(
        &self,
        caller: &Caller,
        asked: RefundRequest,
        context: &Context,
    ) -> Result<Done<RefundReply>, CommandError<PaymentRefusal>> {
        let RefundRequest { payment, amount } = asked;
        let opened = self.visible::<PaymentRefusal>(caller, payment).await?;
        let context = &administers(caller, opened.clinic, context)?;
        let left = opened.left();
        let left = left.ok_or(CommandError::Refused(PaymentRefusal::NotCaptured))?;
        let refund = RefundId::from_uuid(self.commands.ids.id());
        let request = RequestRefund {
            refund,
            attempt: None,
            amount: amount.unwrap_or(left),
            grounds: RefundGrounds::Goodwill,
            by: context.actor,
            at: context.at,
        };
        self.on_refund(
            payment,
            refund,
            PaymentCommand::RequestRefund(request),
            context,
        )
        .await
    }

    /// Asks the gateway once more for a refund that failed, because an administrator of the clinic says so.
    #[instrument(name = "command.payment.retry_refund", skip_all)]
    pub async fn retry_refund(
        &self,
        caller: &Caller,
        (payment, refund): (PaymentId, RefundId),
        context: &Context,
    ) -> Result<Done<RefundReply>, CommandError<PaymentRefusal>> {
        let opened = self.visible::<PaymentRefusal>(caller, payment).await?;
        let context = &administers(caller, opened.clinic, context)?;
        let (by, at) = (context.actor, context.at);
        let retry = PaymentCommand::RetryRefund(RetryRefund { refund, by, at });
        self.on_refund(payment, refund, retry, context).await
    }

    async fn on_refund(
        &self,
        payment: PaymentId,
        refund: RefundId,
        command: PaymentCommand,
        context: &Context,
    ) -> Result<Done<RefundReply>, CommandError<PaymentRefusal>> {
        let reply = |state: &Payment, version| {
            let known = state.opened()?.refunds.get(&refund)?;
            Some(RefundReply {
                payment,
                refund,
                status: known.status,
                amount: known.amount,
                version,
            })
        };
        let done = self.decide(payment, command, context, reply).await?;
        let told = done.reply.clone().ok_or(CommandError::NotFound)?;
        Ok(done.map(|_| told))
    }

    /// Has the gateway do what was requested, or sees how it does. Tells when to look again, if it is at it.
    ///
    /// # Errors
    /// The gateway is away: asking again later may help. What it refuses is a failed refund, and in the log.
    #[instrument(name = "command.payment.carry_out_refund", skip_all)]
    pub async fn carry_out_refund(
        &self,
        payment: PaymentId,
        refund: RefundId,
    ) -> Result<Option<DateTime<Utc>>, Fault> {
        let opened = self.opened::<PaymentRefusal>(payment).await;
        let opened = opened.map_err(fault_of("looking at a payment"))?;
        let requested = opened.refunds.get(&refund);
        let requested = requested.filter(|refund| refund.status == RefundStatus::Requested);
        let Some(requested) = requested else {
            return Ok(None);
        };
        let context = self.caused_by(payment, &opened.clinic);
        let command = match self.at_the_gateway(refund, requested).await? {
            Told::Done(told) => PaymentCommand::RecordRefund(RecordRefund {
                refund,
                gateway_refund: told.gateway_refund,
                at: context.at,
            }),
            Told::AtIt => return Ok(Some(look_again_at(requested.asked_at, context.at))),
            Told::Failed(code) => PaymentCommand::RecordRefundFailure(RecordRefundFailure {
                refund,
                attempt_number: requested.attempt_number,
                code,
                at: context.at,
            }),
        };
        self.execute(payment, command, &context)
            .await
            .map_err(fault_of("noting what became of a refund"))?;
        Ok(None)
    }

    /// What the gateway has of it already, or says now that it is asked.
    async fn at_the_gateway(&self, id: RefundId, refund: &Refund) -> Result<Told, Fault> {
        let ours = (id, refund.attempt_number);
        let known = match self.gateway.refunds(&refund.attempt).await {
            Ok(refunds) => refunds.into_iter().find(|known| known.ours == Some(ours)),
            Err(GatewayError::Refused { code }) => return Ok(Told::Failed(code)),
            Err(GatewayError::Unavailable(fault)) => return Err(fault),
        };
        if let Some(known) = known {
            return Ok(Told::of(known));
        }
        let asked = NewRefund {
            refund: id,
            attempt_number: refund.attempt_number,
            attempt: refund.attempt.clone(),
            amount: refund.amount,
        };
        match self.gateway.refund(&asked).await {
            Ok(told) => Ok(Told::of(told)),
            Err(GatewayError::Refused { code }) => Ok(Told::Failed(code)),
            Err(GatewayError::Unavailable(fault)) => Err(fault),
        }
    }

    /// Asks the gateway once more for a refund that failed, by itself: at most [`REFUND_TRIES`] times in all.
    #[instrument(name = "command.payment.try_refund_again", skip_all)]
    pub async fn try_refund_again(
        &self,
        payment: PaymentId,
        refund: RefundId,
    ) -> Result<(), Fault> {
        let opened = self.opened::<PaymentRefusal>(payment).await;
        let opened = opened.map_err(fault_of("looking at a payment"))?;
        let failed = opened.refunds.get(&refund).is_some_and(|refund| {
            refund.status == RefundStatus::Failed && refund.attempt_number < REFUND_TRIES
        });
        if !failed {
            return Ok(());
        }
        let context = self.caused_by(payment, &opened.clinic);
        let (by, at) = (Actor::System, context.at);
        let retry = PaymentCommand::RetryRefund(RetryRefund { refund, by, at });
        match self.execute(payment, retry, &context).await {
            // Somebody else was faster.
            Ok(_) | Err(CommandError::Refused(PaymentRefusal::RefundNotFailed)) => Ok(()),
            Err(error) => Err(fault_of("trying a refund again")(error)),
        }
    }
}

/// When to look again at what the gateway has been at since `since`: after as long again.
fn look_again_at(since: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    now + (now - since).clamp(SHORTEST_PAUSE, LONGEST_PAUSE)
}

/// What the gateway says of a refund.
enum Told {
    Done(GatewayRefund),
    AtIt,
    Failed(Option<FailureCode>),
}

impl Told {
    fn of(refund: GatewayRefund) -> Self {
        match refund.status {
            GatewayRefundStatus::Processed => Self::Done(refund),
            GatewayRefundStatus::Pending => Self::AtIt,
            GatewayRefundStatus::Failed => Self::Failed(None),
        }
    }
}

/// Money leaves a clinic only on the word of somebody who administers it.
fn administers(
    caller: &Caller,
    clinic: domain::ClinicId,
    context: &Context,
) -> Result<Context, CommandError<PaymentRefusal>> {
    if !(caller.is(Role::Admin) && caller.clinics.covers(clinic)) {
        return Err(CommandError::Forbidden);
    }
    Ok(Context {
        actor: caller.acting_as(&[Role::Admin]),
        clinic: Some(clinic),
        ..context.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_gateway_is_at_is_looked_at_ever_more_seldom() {
        let since = DateTime::UNIX_EPOCH;
        let after = |age: TimeDelta| look_again_at(since, since + age) - (since + age);
        assert_eq!(after(TimeDelta::zero()), SHORTEST_PAUSE);
        assert_eq!(after(TimeDelta::minutes(3)), TimeDelta::minutes(3));
        assert_eq!(after(TimeDelta::days(3)), LONGEST_PAUSE);
    }
}
