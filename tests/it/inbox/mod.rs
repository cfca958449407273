//! The inbox of the payment gateway's webhooks: storage, outcomes, metrics and operators' commands.

mod fixture;
mod forged;
mod metrics;
mod operators;
mod outcomes;
mod retention;
mod stored;
