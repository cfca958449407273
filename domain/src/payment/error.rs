//! What forbids a request to a payment.

use thiserror::Error;

use crate::values::{GatewayOrderId, Money, ReceiptNumber};

/// Why a payment says no.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PaymentRefusal {
    /// The id belongs to another payment, or to another refund of it.
    #[error("the id belongs to something else already")]
    AlreadyExists,
    /// No payment was ever opened with this id.
    #[error("there is no such payment")]
    NotFound,
    /// What costs nothing is not paid.
    #[error("there is nothing to pay")]
    NothingToPay,
    /// Nobody can pay in time.
    #[error("the time to pay is over already")]
    TooLate,
    /// The gateway has not made an order yet, so nothing can have been paid.
    #[error("the payment has no order yet")]
    NoOrder,
    /// It is the attempt, or the order, of another payment.
    #[error("the payment's order is {order}")]
    OtherOrder {
        /// Ours.
        order: GatewayOrderId,
    },
    /// Nothing was captured by that attempt.
    #[error("that attempt brought no money")]
    NotCaptured,
    /// Refunds are in the currency that was paid.
    #[error("a refund is in the currency that was paid")]
    OtherCurrency,
    /// Giving back nothing is no refund.
    #[error("a refund is of more than nothing")]
    NothingToRefund,
    /// More than what is left of the attempt.
    #[error("no more than what is left can be refunded")]
    MoreThanPaid {
        /// What is left of it.
        left: Money,
    },
    /// No refund was ever requested with this id.
    #[error("there is no such refund")]
    NoSuchRefund,
    /// Only what failed is tried again.
    #[error("the refund has not failed")]
    RefundNotFailed,
    /// A receipt is for money that came.
    #[error("the payment is not paid yet")]
    NotPaid,
    /// A payment has one receipt, for ever.
    #[error("the payment has receipt {number} already")]
    ReceiptAlreadyIssued {
        /// Which one.
        number: ReceiptNumber,
    },
}
