//! Payments of visits through the program's own sandbox: in time, late, twice, refunded, and with a gateway
//! that is down.

mod cancelled;
mod disputes;
mod double_payment;
mod emergencies;
pub mod fixture;
mod gateway_down;
mod keys;
mod late;
mod ledger;
mod orders;
mod paid;
mod refunds;
