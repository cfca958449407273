//! The inbox of the payment gateway's news: what is kept, what becomes of it, and what people ask of it.

mod days;
mod fixture;
mod hostile;
mod kept;
mod metrics;
mod operators;
mod outcomes;
