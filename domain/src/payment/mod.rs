//! A payment: its orders at the gateway, one at a time, the attempts to pay them, and its refunds.
//!
//! ```text
//! Unopened ──Open──▶ Opened ──RecordOrder──▶ at the gateway ──RecordCapture──▶ paid, for ever
//!
//! an attempt:  failed ──▶ authorised ──▶ captured            a step may be missing; none goes back
//! a receipt:   IssueReceipt, once it is paid
//! a refund:    requested ──▶ refunded
//!                  ▲ └────▶ failed ──┐     withdrawn, if a dispute about its money is lost first
//!                  └──── RetryRefund ┘
//! a dispute:   open, action required, under review ──▶ won, lost or closed
//! ```
//!
//! Reports of the gateway arrive in any order and any number of times, so a recorded fact is never
//! reversed: captured money stays captured, and a refund is a fact of its own. The *first* capture
//! that pays the order settles the payment: of the requested amount, or of another one if the gateway
//! says that the order is paid, as with an offer or a fee that the payer bears. Any other capture is
//! recorded too, and its refund is requested in the same decision.
//!
//! A payment can't see if its visit can still take place; the reactions to both decide that.

mod cancellation_refund;
mod command;
mod decide;
mod dispute;
mod dispute_events;
mod disputes;
mod error;
mod event;
mod order_events;
mod orders;
mod payable;
mod refund_policy;
mod refunds;
mod state;

#[cfg(test)]
mod cancellation_refund_tests;
#[cfg(test)]
mod lifecycle_tests;
#[cfg(test)]
mod storm_tests;
#[cfg(test)]
mod tests;

pub use cancellation_refund::{
    Cancellation, CancellationRefund, NotRefunded, NotRefundedReason, ShareGrounds,
};
pub use command::{
    CloseOrder, IssueReceipt, OpenPayment, PaymentCommand, RecordAuthorisation, RecordCapture,
    RecordDispute, RecordFailedAttempt, RecordOrder, RecordRefund, RecordRefundFailure,
    RequestRefund, RetryRefund,
};
pub use decide::decide;
pub use dispute::{Dispute, DisputeStatus};
pub use dispute_events::{
    PaymentDisputeAdvanced, PaymentDisputeDecided, PaymentDisputeOpened, PaymentRefundWithdrawn,
};
pub use error::PaymentRefusal;
pub use event::{
    DifferenceKind, PaymentAttemptFailed, PaymentAuthorised, PaymentCaptured,
    PaymentDifferenceAccepted, PaymentEvent, PaymentOpened, PaymentReceiptIssued,
    PaymentRefundFailed, PaymentRefundRequested, PaymentRefundRetried, PaymentRefunded,
    RefundGrounds,
};
pub use order_events::{ClosingGrounds, PaymentOrderClosed, PaymentOrderCreated};
pub use payable::{Payable, PayableKind};
pub use refund_policy::{InvalidRefundPolicy, MAX_STEPS, RefundPolicy, RefundStep};
pub use state::{Attempt, OpenedPayment, Payment, Refund, RefundStatus, evolve};
