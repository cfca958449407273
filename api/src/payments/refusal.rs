//! What a refusal of a payment is over HTTP.

use std::time::Duration;

use commands::payments::{CheckoutRefusal, VerifyRefusal};
use domain::payment::PaymentRefusal as Refusal;

use crate::appointments;
use crate::http::problem::Problem;

/// 409 where the present state forbids it, 422 where the wish itself breaks a rule.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a refusal is handed over, as those of other aggregates are"
)]
pub fn refusal(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NotFound | Refusal::NoSuchRefund => Problem::not_found(),
        Refusal::AlreadyExists => {
            Problem::conflict("payment-already-exists", "The payment already exists.")
        }
        Refusal::NothingToPay => Problem::conflict("nothing-to-pay", "There is nothing to pay."),
        Refusal::TooLate => Problem::conflict("hold-ended", "The hold on the slot has ended."),
        Refusal::NoOrder => without_order(),
        Refusal::OtherOrder { .. } => {
            Problem::conflict("other-order", "The payment has another order.")
        }
        Refusal::NotCaptured => Problem::conflict(
            "payment-not-captured",
            "No money has come that could go back.",
        ),
        Refusal::OtherCurrency => Problem::unprocessable(
            "refund-in-other-currency",
            "A refund is in the currency that was paid.",
        ),
        Refusal::NothingToRefund => {
            Problem::unprocessable("nothing-to-refund", "A refund is of more than nothing.")
        }
        Refusal::MoreThanPaid { left } => {
            let (amount, currency) = (left.amount(), left.currency().code());
            let title = format!("No more than {amount} {currency}, in minor units, is left of it.");
            Problem::conflict("more-than-paid", title)
        }
        Refusal::RefundNotFailed => {
            Problem::conflict("refund-not-failed", "The refund has not failed.")
        }
        Refusal::NotPaid => Problem::conflict("payment-not-paid", "The payment is not paid yet."),
        Refusal::ReceiptAlreadyIssued { .. } => {
            Problem::conflict("receipt-already-issued", "The payment has its receipt.")
        }
    }
}

/// 503 where the gateway is away: the same request again goes on where this one stopped.
pub fn checkout_refusal(refused: CheckoutRefusal) -> Problem {
    match refused {
        CheckoutRefusal::Visit(visit) => appointments::refusal(visit),
        CheckoutRefusal::Payment(payment) => refusal(payment),
        CheckoutRefusal::Gateway { .. } => {
            Problem::unprocessable("order-refused", "The payment gateway takes no such order.")
        }
        CheckoutRefusal::GatewayAway => {
            let away = Problem::unavailable("gateway-away", "The payment gateway is away.");
            away.retry_after(Duration::from_secs(5))
        }
    }
}

/// 422 where the word is not the gateway's.
pub fn verify_refusal(refused: VerifyRefusal) -> Problem {
    match refused {
        VerifyRefusal::NoOrder => without_order(),
        VerifyRefusal::NotSigned => Problem::unprocessable(
            "signature-not-genuine",
            "The gateway did not sign that this payment was paid.",
        ),
    }
}

fn without_order() -> Problem {
    Problem::conflict("payment-without-order", "The payment has no order yet.")
}
