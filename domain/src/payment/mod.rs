//! A payment: one order at the gateway, the attempts to pay it, and what is given back of it.
//!
//! ```text
//! Unopened ──Open──▶ Opened ──RecordOrder──▶ at the gateway ──RecordCapture──▶ paid, for ever
//!
//! an attempt:  failed ──▶ authorised ──▶ captured            a step may be missing; none goes back
//! a receipt:   IssueReceipt, once it is paid
//! a refund:    requested ──▶ refunded
//!                  ▲ └────▶ failed ──┐
//!                  └──── RetryRefund ┘
//! ```
//!
//! News of the gateway come in any order and any number of times, so each fact is written once and never
//! taken back: money that was captured stays captured, and what is given back is a refund beside it. The
//! *first* capture of the full amount settles the payment. Whatever else arrives, a second capture or another
//! amount, is kept as a fact, too, and its refund is requested in the same breath: no money is left without
//! a place.
//!
//! Whether a visit is still to be had for the money can't be seen from inside a payment; that is for what
//! follows both.

mod aggregate;
mod command;
mod decide;
mod error;
mod event;
mod refund_policy;
mod refunds;
mod state;

#[cfg(test)]
mod lifecycle_tests;
#[cfg(test)]
mod storm_tests;
#[cfg(test)]
mod tests;

pub use command::{
    IssueReceipt, OpenPayment, PaymentCommand, RecordAuthorisation, RecordCapture,
    RecordFailedAttempt, RecordOrder, RecordRefund, RecordRefundFailure, RequestRefund,
    RetryRefund,
};
pub use decide::decide;
pub use error::PaymentRefusal;
pub use event::{
    Payable, PaymentAttemptFailed, PaymentAuthorised, PaymentCaptured, PaymentEvent, PaymentOpened,
    PaymentOrderCreated, PaymentReceiptIssued, PaymentRefundFailed, PaymentRefundRequested,
    PaymentRefundRetried, PaymentRefunded, RefundGrounds,
};
pub use refund_policy::{InvalidRefundPolicy, MAX_STEPS, RefundPolicy, RefundStep, refund_due};
pub use state::{Attempt, OpenedPayment, Payment, Refund, RefundStatus, evolve};
