//! The HTTP API: application state, extractors, endpoints and their OpenAPI description.
//!
//! - `app`: the state that handlers work with. `server`: middleware and limits around the routes.
//! - `http`: mechanisms that endpoints share. One folder per resource, one file per endpoint, each with
//!   its blocks in one order: request and reply types, OpenAPI, handler, tests.
//! - `limits`: rate limits and blocked clients. `metrics`, `health`: endpoints for operators. `openapi`: the description.
//!
//! This crate decides nothing about clinics, and starts nothing: the program is in `caresync`. A new
//! endpoint is a file in its resource's folder, a line in that folder's `mod.rs` and one in
//! `openapi.rs`; the sweep test fails until it is covered.

mod app;
mod auth;
mod health;
mod http;
mod limits;
mod metrics;
mod openapi;
mod revoked;
mod routes;
mod second_factors;
mod server;
mod tokens;

mod accounts;
mod appointments;
mod blocked_clients;
mod break_glass;
mod care;
mod clinical;
mod clinics;
mod consents;
mod doctors;
mod erasures;
mod leaves;
mod patients;
mod payments;
mod proxies;
mod records;

pub use app::{App, CheckoutAddresses};
pub use http::in_flight::InFlight;
pub use http::observe::PROBE;
pub use limits::{
    AbuseQuota, BlockPolicy, BlockedClients, Limits, QuotaSetting, RateLimits, RouteClass,
};
pub use metrics::{AccessLogMetrics, MetricsAccess};
pub use openapi::document;
pub use revoked::RevokedSessions;
pub use second_factors::SecondFactorPolicies;
pub use server::{ServerOptions, serve};
pub use tokens::Tokens;
