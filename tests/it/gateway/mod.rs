//! The payment gateway: the sandbox as its clients see it, and the adapter on it.

mod adapter;
mod api;
mod checkout;
mod checkout_script;
mod faults;
pub mod fixture;
mod inside;
mod outages;
mod program;
mod receiver;
mod refunds;
mod sdk;
mod webhooks;
