//! Problems of payments' refusals.

use std::time::Duration;

use commands::payments::{CheckoutRefusal, VerifyRefusal};
use domain::payment::PaymentRefusal as Refusal;

use crate::appointments;
use crate::http::problem::Problem;
use crate::http::problem_type::ProblemType;

/// 409 where the present state forbids it, 422 where the wish itself breaks a rule.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a refusal is handed over, as those of other aggregates are"
)]
pub fn refusal(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NotFound | Refusal::NoSuchRefund => Problem::not_found(),
        // A dispute is reported by the gateway, so no caller gets its refusal.
        Refusal::AlreadyExists | Refusal::DisputeDecided { .. } => {
            ProblemType::PaymentAlreadyExists.into()
        }
        Refusal::NothingToPay => ProblemType::NothingToPay.into(),
        Refusal::TooLate => ProblemType::HoldEnded.into(),
        Refusal::NoOrder => ProblemType::PaymentWithoutOrder.into(),
        Refusal::OtherOrder { .. } | Refusal::OrderClosed => ProblemType::OtherOrder.into(),
        Refusal::NotCaptured => ProblemType::PaymentNotCaptured.into(),
        Refusal::OtherCurrency => ProblemType::RefundInOtherCurrency.into(),
        Refusal::NothingToRefund => ProblemType::NothingToRefund.into(),
        Refusal::MoreThanPaid { left } => {
            let (amount, currency) = (left.amount(), left.currency().code());
            let title = format!("No more than {amount} {currency}, in minor units, is left of it.");
            Problem::titled(ProblemType::MoreThanPaid, title)
        }
        Refusal::RefundNotFailed => ProblemType::RefundNotFailed.into(),
        Refusal::NotPaid => ProblemType::PaymentNotPaid.into(),
        Refusal::ReceiptAlreadyIssued { .. } => ProblemType::ReceiptAlreadyIssued.into(),
    }
}

/// 503 where the gateway is away: the same request again goes on where this one stopped.
pub fn checkout_refusal(refused: CheckoutRefusal) -> Problem {
    match refused {
        CheckoutRefusal::Visit(visit) => appointments::refusal(visit),
        CheckoutRefusal::Payment(payment) => refusal(payment),
        CheckoutRefusal::Gateway { .. } => ProblemType::OrderRefused.into(),
        CheckoutRefusal::GatewayAway => {
            Problem::from(ProblemType::GatewayAway).retry_after(Duration::from_secs(5))
        }
    }
}

/// 422 where the word is not the gateway's.
pub fn verify_refusal(refused: VerifyRefusal) -> Problem {
    match refused {
        VerifyRefusal::NoOrder => ProblemType::PaymentWithoutOrder.into(),
        VerifyRefusal::NotSigned => ProblemType::SignatureNotGenuine.into(),
    }
}
