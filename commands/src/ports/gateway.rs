//! Whoever takes the money: orders, attempts to pay them, refunds, and news of all that.

use async_trait::async_trait;
use domain::{
    FailureCode, GatewayOrderId, GatewayPaymentId, GatewayRefundId, Money, PaymentId, RefundId,
};

use crate::Fault;

/// A payment gateway. Everything that it is asked for may be asked again: after a time-out nobody knows
/// whether the first question arrived.
#[async_trait]
pub trait PaymentGateway: Send + Sync {
    /// Makes an order for a payment; for the same payment and amount it is the same order again.
    async fn create_order(&self, order: &NewOrder) -> Result<GatewayOrderId, GatewayError>;

    /// The attempts to pay an order, each as it stands now.
    async fn attempts(&self, order: &GatewayOrderId) -> Result<Vec<GatewayAttempt>, GatewayError>;

    /// Takes what an attempt reserved; it must be all of it. Not an error if it was taken before.
    async fn capture(&self, attempt: &GatewayPaymentId, amount: Money) -> Result<(), GatewayError>;

    /// Gives back some or all of what an attempt brought; for the same refund and try it is done once.
    async fn refund(&self, refund: &NewRefund) -> Result<GatewayRefund, GatewayError>;

    /// All refunds of an attempt, each as it stands now.
    async fn refunds(&self, attempt: &GatewayPaymentId)
    -> Result<Vec<GatewayRefund>, GatewayError>;

    /// What a payer's browser shows the gateway to say on whose behalf it asks. Public.
    fn key_id(&self) -> &str;

    /// Whether the gateway signed that the attempt paid the order. Compares in constant time.
    fn vouches_for(
        &self,
        order: &GatewayOrderId,
        attempt: &GatewayPaymentId,
        signature: &str,
    ) -> bool;

    /// Whether the gateway signed these very bytes as news, with today's secret or the one before it.
    /// Compares in constant time.
    fn signed(&self, body: &[u8], signature: &str) -> bool;

    /// What signed news say. Nothing else of them is needed, and unknown fields are left alone.
    ///
    /// # Errors
    /// [`UnreadableNews`] if they are not in the gateway's form at all.
    fn read(&self, body: &[u8]) -> Result<GatewayNews, UnreadableNews>;
}

/// An order to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewOrder {
    /// The payment that it is for.
    pub payment: PaymentId,
    /// How much, to the last paisa.
    pub amount: Money,
}

/// A refund to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRefund {
    /// Ours.
    pub refund: RefundId,
    /// It is asked for the nth time, from 1: a try that failed is over, the next one is another.
    pub attempt_number: u16,
    /// Of what it is given back.
    pub attempt: GatewayPaymentId,
    /// How much.
    pub amount: Money,
}

/// An attempt to pay, as the gateway has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayAttempt {
    /// Of which order.
    pub order: GatewayOrderId,
    /// Which one.
    pub attempt: GatewayPaymentId,
    /// How much.
    pub amount: Money,
    /// How far it came.
    pub status: AttemptStatus,
}

/// How far an attempt came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptStatus {
    /// It was begun.
    Created,
    /// The money is reserved.
    Authorised,
    /// The money came; some or all of it may have been given back since.
    Captured,
    /// It failed.
    Failed {
        /// Why, if the gateway says.
        code: Option<FailureCode>,
    },
}

/// A refund, as the gateway has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayRefund {
    /// What the gateway calls it.
    pub gateway_refund: GatewayRefundId,
    /// Of which attempt.
    pub attempt: GatewayPaymentId,
    /// Ours and which try of it; none if somebody made it at the gateway by hand.
    pub ours: Option<(RefundId, u16)>,
    /// How much.
    pub amount: Money,
    /// How far it is.
    pub status: GatewayRefundStatus,
}

/// How far a refund is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewayRefundStatus {
    /// The gateway is at it, which may take days.
    Pending,
    /// The money is back.
    Processed,
    /// It did not come about.
    Failed,
}

/// What the gateway tells without being asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayNews {
    /// The kind of it, in the gateway's words, such as `payment.captured`.
    pub kind: String,
    /// The gateway account that it is about, if it says so.
    pub account: Option<String>,
    /// What it comes to.
    pub fact: GatewayFact,
}

/// What news come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GatewayFact {
    /// An attempt to pay an order stands so.
    Attempt(GatewayAttempt),
    /// A refund stands so.
    Refund {
        /// Of an attempt to pay this order.
        order: GatewayOrderId,
        /// The refund.
        refund: GatewayRefund,
    },
    /// Nothing that a payment would note: another kind of news, or without an order, or in a currency that
    /// nothing here is paid in.
    Other,
}

/// Why the gateway did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// It said no, and would say so again.
    #[error("the gateway refused")]
    Refused {
        /// Why, in its words.
        code: Option<FailureCode>,
    },
    /// It is away, slow, busy, or answers what it should not. Asking again later may help.
    #[error("the gateway could not be asked")]
    Unavailable(#[from] Fault),
}

/// Signed, and yet not in the gateway's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the gateway's news can't be read")]
pub struct UnreadableNews;
