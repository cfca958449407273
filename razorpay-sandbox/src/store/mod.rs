//! Storage: orders, payments, refunds, disputes and webhook deliveries.
//!
//! Every change to an order, its payments or its refunds locks the order first, and stores the
//! webhooks in the same transaction.

pub(crate) mod attempt;
pub(crate) mod capture;
pub(crate) mod deliveries;
pub(crate) mod disputes;
pub(crate) mod events;
pub(crate) mod late;
pub(crate) mod orders;
pub(crate) mod payments;
pub(crate) mod refund;
pub(crate) mod refunds;

pub(crate) use attempt::{AttemptPlan, Outcome};
pub(crate) use deliveries::Delivery;
pub(crate) use disputes::Dispute;
pub(crate) use events::WebhookPlan;
pub(crate) use orders::Order;
pub(crate) use payments::Payment;
pub(crate) use refunds::Refund;
