//! The books: what was ordered, paid and given back, and what is still to be told of it.
//!
//! Whatever changes an order, its payments or its refunds locks the order first, and writes down in the same
//! transaction what is to be told.

pub(crate) mod attempt;
pub(crate) mod capture;
pub(crate) mod deliveries;
pub(crate) mod events;
pub(crate) mod late;
pub(crate) mod orders;
pub(crate) mod payments;
pub(crate) mod refund;
pub(crate) mod refunds;

pub(crate) use attempt::{AttemptPlan, Outcome};
pub(crate) use deliveries::Delivery;
pub(crate) use events::WebhookPlan;
pub(crate) use orders::Order;
pub(crate) use payments::Payment;
pub(crate) use refunds::Refund;
