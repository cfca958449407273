//! Reasons to refuse a command to a payment.

use thiserror::Error;

use super::dispute::DisputeStatus;
use crate::values::{GatewayOrderId, Money, ReceiptNumber};

/// Reason to refuse a command to a payment.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PaymentRefusal {
    /// The id belongs to another payment, or to another refund of it.
    #[error("the id belongs to something else already")]
    AlreadyExists,
    /// No payment has this id.
    #[error("there is no such payment")]
    NotFound,
    /// A zero amount needs no payment.
    #[error("there is nothing to pay")]
    NothingToPay,
    /// The deadline has passed.
    #[error("the time to pay is over already")]
    TooLate,
    /// The gateway has not created an order yet, so nothing can have been paid.
    #[error("the payment has no order yet")]
    NoOrder,
    /// The order belongs to another payment.
    #[error("the payment's order is {order}")]
    OtherOrder {
        /// The order of this payment.
        order: GatewayOrderId,
    },
    /// The order was closed, or belongs to another payment.
    #[error("the order can't be paid for this payment")]
    OrderClosed,
    /// That attempt was not captured.
    #[error("that attempt brought no money")]
    NotCaptured,
    /// Refunds are in the currency that was paid.
    #[error("a refund is in the currency that was paid")]
    OtherCurrency,
    /// A refund of zero is refused.
    #[error("a refund is of more than nothing")]
    NothingToRefund,
    /// The refund exceeds the rest of the attempt.
    #[error("no more than what is left can be refunded")]
    MoreThanPaid {
        /// The rest that can be refunded.
        left: Money,
    },
    /// No refund has this id.
    #[error("there is no such refund")]
    NoSuchRefund,
    /// Only a failed refund can be requested again.
    #[error("the refund has not failed")]
    RefundNotFailed,
    /// The first decision about a dispute counts; the gateway reports another one.
    #[error("the dispute is {}", .status.as_str())]
    DisputeDecided {
        /// Its outcome.
        status: DisputeStatus,
    },
    /// Only a paid payment gets a receipt.
    #[error("the payment is not paid yet")]
    NotPaid,
    /// A payment has one receipt; its number never changes.
    #[error("the payment has receipt {number} already")]
    ReceiptAlreadyIssued {
        /// Its number.
        number: ReceiptNumber,
    },
}
