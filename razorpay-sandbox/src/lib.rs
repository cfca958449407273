//! A sandbox of the payment gateway: it has Razorpay's API, and no money moves.
//!
//! It has orders, payments, captures and refunds over the same HTTP API, the same signatures, webhooks that
//! arrive at least once and in any order, a checkout page with three buttons, and a checkout script with the
//! interface of the real one. The routes under `/sandbox` do not exist at a real gateway: tests use them to set the outcome of a payment and the delivery of its
//! webhooks.
//!
//! It can't be made to look like a real gateway: every page says that it is a sandbox. Its tables are in
//! `PostgreSQL` (`razorpay_sandbox_*`), shared by all sandboxes on one database. A further request of the API
//! goes into `api`, a further control into `control`, and their changes to the tables into `store`.
//!
//! Source: <https://razorpay.com/docs/api/>. Decisions that it leaves open are documented in place.

mod api;
mod auth;
mod checkout;
mod control;
mod ids;
mod options;
mod response;
mod sandbox;
mod sign;
mod state;
mod store;
mod webhook_sender;

pub use checkout::{PAGE_PATH, Pages, SCRIPT_PATH};
pub use options::{SandboxKeys, SandboxOptions, SandboxPace};
pub use sandbox::{Sandbox, SandboxError};
