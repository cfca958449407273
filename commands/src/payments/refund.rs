//! Refunds: requested by an administrator, carried out at the gateway, and tried again after a failure.

use chrono::{DateTime, TimeDelta, Utc};
use domain::payment::{
    OpenedPayment, Payment, PaymentCommand, PaymentRefusal, RecordRefund, RecordRefundFailure,
    Refund, RefundGrounds, RefundStatus, RequestRefund, RetryRefund,
};
use domain::{Actor, ClinicId, FailureCode, Money, PaymentId, RefundId};
use event_store::{Decided, Loaded, ReadSet};
use serde::{Deserialize, Serialize};
use tracing::instrument;

use super::{Payments, fault_of, resource};
use crate::authorization::{Action, authorize_or_proxy};
use crate::ports::{GatewayError, GatewayRefund, GatewayRefundStatus, NewRefund};
use crate::proposal::Proposal;
use crate::{Caller, CommandError, Context, Done, Fault};

type Refused = CommandError<PaymentRefusal>;

/// The most attempts of a refund at the gateway before an operator has to look at it.
pub const REFUND_TRIES: u16 = 5;
/// The shortest and the longest pause before a pending refund is looked at again; its webhook comes sooner.
const SHORTEST_PAUSE: TimeDelta = TimeDelta::seconds(10);
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(6);

/// A refund that an administrator requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefundRequest {
    /// The payment.
    pub payment: PaymentId,
    /// The amount; without it, all that is left.
    pub amount: Option<Money>,
}

/// The reply of a command on a refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundReply {
    /// The payment.
    pub payment: PaymentId,
    /// The refund.
    pub refund: RefundId,
    /// Its status.
    pub status: RefundStatus,
    /// Its amount.
    pub amount: Money,
    /// The payment's version.
    pub version: i64,
}

impl Payments {
    /// Refunds some or all of a payment, on the word of an administrator of the clinic. The request is
    /// recorded at once; a timer carries it out at the gateway.
    #[instrument(name = "command.payment.request_refund", skip_all)]
    pub async fn request_refund(
        &self,
        caller: &Caller,
        asked: RefundRequest,
        context: &Context,
    ) -> Result<Done<RefundReply>, CommandError<PaymentRefusal>> {
        let RefundRequest { payment, amount } = asked;
        let refund = RefundId::from_uuid(self.commands.ids.id());
        let request = async |read: ReadSet| {
            let (loaded, clinic, by) = administered(&read, caller, payment).await?;
            let left = loaded.aggregate().opened().and_then(OpenedPayment::left);
            let left = left.ok_or(CommandError::Refused(PaymentRefusal::NotCaptured))?;
            let request = PaymentCommand::RequestRefund(RequestRefund {
                refund,
                attempt: None,
                amount: amount.unwrap_or(left),
                grounds: RefundGrounds::Goodwill,
                by,
                at: context.at,
            });
            let proposal = propose(payment, refund, loaded.decide(request).await?)?;
            Ok(proposal.acting_as(by).at_clinic(clinic))
        };
        self.commands.run(context, request).await
    }

    /// Asks the gateway once more for a refund that failed, on the word of an administrator of the clinic.
    #[instrument(name = "command.payment.retry_refund", skip_all)]
    pub async fn retry_refund(
        &self,
        caller: &Caller,
        payment: PaymentId,
        refund: RefundId,
        context: &Context,
    ) -> Result<Done<RefundReply>, CommandError<PaymentRefusal>> {
        let retry = async |read: ReadSet| {
            let (loaded, clinic, by) = administered(&read, caller, payment).await?;
            let at = context.at;
            let retry = PaymentCommand::RetryRefund(RetryRefund { refund, by, at });
            let proposal = propose(payment, refund, loaded.decide(retry).await?)?;
            Ok(proposal.acting_as(by).at_clinic(clinic))
        };
        self.commands.run(context, retry).await
    }

    /// Carries a requested refund out at the gateway, or looks at its state there. Returns when to look again
    /// while it is pending, or waits for the end of a dispute about its money.
    ///
    /// # Errors
    /// The gateway is unavailable: a later attempt may succeed. A refund that it refuses is a failed refund,
    /// and recorded in the log.
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
        let command = match self.state_at_gateway(refund, requested, &opened).await? {
            AtGateway::Processed(told) => PaymentCommand::RecordRefund(RecordRefund {
                refund,
                gateway_refund: told.gateway_refund,
                at: context.at,
            }),
            AtGateway::Pending => return Ok(Some(look_again_at(requested.asked_at, context.at))),
            AtGateway::OtherLeft(told) => {
                // The refund that this one replaces has left after all; this one is withdrawn.
                let noted = self.note_refund(payment, &told, &context).await;
                noted
                    .transpose()
                    .map_err(fault_of("noting a refund that was withdrawn"))?;
                return Ok(Some(look_again_at(requested.asked_at, context.at)));
            }
            AtGateway::Failed(code) => PaymentCommand::RecordRefundFailure(RecordRefundFailure {
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

    /// The state of the refund at the gateway, which is asked for it if it does not know it yet and no dispute
    /// about its money is open.
    async fn state_at_gateway(
        &self,
        id: RefundId,
        refund: &Refund,
        opened: &OpenedPayment,
    ) -> Result<AtGateway, Fault> {
        let ours = (id, refund.attempt_number);
        let refunds = match self.gateway.refunds(&refund.attempt).await {
            Ok(refunds) => refunds,
            Err(GatewayError::Refused { code }) => return Ok(AtGateway::Failed(code)),
            Err(GatewayError::Unavailable(fault)) => return Err(fault),
        };
        if let Some(known) = refunds.iter().find(|known| known.ours == Some(ours)) {
            return Ok(known.clone().into());
        }
        // A withdrawn refund may have been on its way.
        let withdrawn = refunds.into_iter().find(|known| {
            let refund = known.ours.and_then(|(id, _)| opened.refunds.get(&id));
            let is_withdrawn =
                refund.is_some_and(|refund| refund.status == RefundStatus::Withdrawn);
            is_withdrawn && known.status != GatewayRefundStatus::Failed
        });
        match withdrawn {
            Some(left) if left.status == GatewayRefundStatus::Processed => {
                return Ok(AtGateway::OtherLeft(left));
            }
            Some(_) => return Ok(AtGateway::Pending),
            None => {}
        }
        if opened.is_disputed(&refund.attempt) {
            return Ok(AtGateway::Pending);
        }
        let asked = NewRefund {
            refund: id,
            attempt_number: refund.attempt_number,
            attempt: refund.attempt.clone(),
            amount: refund.amount,
        };
        match self.gateway.refund(&asked).await {
            Ok(told) => Ok(told.into()),
            Err(GatewayError::Refused { code }) => Ok(AtGateway::Failed(code)),
            Err(GatewayError::Unavailable(fault)) => Err(fault),
        }
    }

    /// Carries out the refunds of a payment that waited for the end of a dispute.
    #[instrument(name = "command.payment.resume_refunds", skip_all)]
    pub async fn resume_refunds(&self, payment: PaymentId) -> Result<(), Fault> {
        let opened = self.opened::<PaymentRefusal>(payment).await;
        let opened = opened.map_err(fault_of("looking at a payment"))?;
        let requested = opened
            .refunds
            .iter()
            .filter(|(_, refund)| refund.status == RefundStatus::Requested);
        for (refund, _) in requested {
            // One that is pending has a timer of its own.
            self.carry_out_refund(payment, *refund).await?;
        }
        Ok(())
    }

    /// Tries a failed refund again, at most [`REFUND_TRIES`] times in all.
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
            // It was tried again in the meantime.
            Ok(_) | Err(CommandError::Refused(PaymentRefusal::RefundNotFailed)) => Ok(()),
            Err(error) => Err(fault_of("trying a refund again")(error)),
        }
    }
}

/// Returns when to look again at a refund that has been pending since `since`: after as long again.
fn look_again_at(since: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    now + (now - since).clamp(SHORTEST_PAUSE, LONGEST_PAUSE)
}

/// The state of a refund at the gateway.
enum AtGateway {
    Processed(GatewayRefund),
    /// Another refund of the attempt, which was withdrawn, has left.
    OtherLeft(GatewayRefund),
    /// It is in progress, or has to wait.
    Pending,
    Failed(Option<FailureCode>),
}

impl From<GatewayRefund> for AtGateway {
    fn from(refund: GatewayRefund) -> Self {
        match refund.status {
            GatewayRefundStatus::Processed => Self::Processed(refund),
            GatewayRefundStatus::Pending => Self::Pending,
            GatewayRefundStatus::Failed => Self::Failed(None),
        }
    }
}

/// Loads a payment whose clinic the caller administers: money leaves a clinic only on such a word.
async fn administered(
    read: &ReadSet,
    caller: &Caller,
    payment: PaymentId,
) -> Result<(Loaded<Payment>, ClinicId, Actor), Refused> {
    let loaded = read.load::<Payment>(payment).await?;
    let opened = loaded.aggregate().opened().ok_or(CommandError::NotFound)?;
    let clinic = opened.clinic;
    let action = Action::RefundPayment;
    let by = authorize_or_proxy(read, caller, action, resource(opened)).await?;
    Ok((loaded, clinic, by))
}

/// Proposes what was decided about a refund.
fn propose(
    payment: PaymentId,
    refund: RefundId,
    decided: Decided<Payment>,
) -> Result<Proposal<RefundReply, PaymentRefusal>, Refused> {
    let opened = decided.aggregate.opened();
    let known = opened.and_then(|opened| opened.refunds.get(&refund));
    let known = known.ok_or(CommandError::NotFound)?;
    let reply = RefundReply {
        payment,
        refund,
        status: known.status,
        amount: known.amount,
        version: decided.version(),
    };
    Ok(Proposal::new(reply).with(decided))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pending_refund_is_looked_at_ever_more_seldom() {
        let since = DateTime::UNIX_EPOCH;
        let after = |age: TimeDelta| look_again_at(since, since + age) - (since + age);
        assert_eq!(after(TimeDelta::zero()), SHORTEST_PAUSE);
        assert_eq!(after(TimeDelta::minutes(3)), TimeDelta::minutes(3));
        assert_eq!(after(TimeDelta::days(3)), LONGEST_PAUSE);
    }
}
