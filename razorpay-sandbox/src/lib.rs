//! A payment gateway for trying things out: it speaks as Razorpay does, and no money moves.
//!
//! Orders, payments, captures and refunds over the same HTTP API, signatures that are computed in the same
//! way, webhooks that come at least once and in any order, and a checkout page with three buttons. What no real
//! gateway has are the knobs under `/sandbox`: a test says how a payment ends and how its webhooks travel.
//!
//! It knows nobody who uses it, and refuses to be made to look like a real gateway: every page says what it
//! is. Its books are in `PostgreSQL` (`razorpay_sandbox_*`), shared by all that run on one database. A further
//! question of the API goes into `api`, a further knob into `knobs`, and what both do to the books into `books`.
//!
//! Source: <https://razorpay.com/docs/api/>. What is not in there is said where it is decided.

mod answer;
mod api;
mod auth;
mod books;
mod checkout;
mod courier;
mod ids;
mod knobs;
mod options;
mod sandbox;
mod sign;
mod state;

pub use checkout::Pages;
pub use options::{SandboxKeys, SandboxOptions, SandboxPace};
pub use sandbox::{Sandbox, SandboxError};
