//! HTTP and the composition root of the one binary, `caresync`.
//!
//! - `cli`: the commands of the binary. `settings`: what can be set, read once.
//! - `storage`, `secrets`, `master_keys`, `startup`: from settings to a running [`startup::Application`].
//! - `gateway`: Razorpay, or the sandbox inside the program.
//! - `telemetry`: the log and traces. `metrics`: numbers for Prometheus.
//! - `http`: what every endpoint shares. One folder per resource, one file per endpoint, each with
//!   its blocks in one order: request and reply types, OpenAPI, handler, tests.
//!
//! This crate decides nothing about clinics; a rule that appears here is in the wrong room. A new
//! endpoint is a file in its resource's folder, a line in that folder's `mod.rs` and one in
//! `openapi.rs`; the sweep test fails until it is covered.

pub mod app;
mod auth;
pub mod cli;
pub mod gateway;
mod health;
mod http;
mod master_keys;
mod metrics;
mod openapi;
mod revoked;
mod routes;
mod secrets;
pub mod settings;
pub mod startup;
pub mod storage;
mod telemetry;
mod tokens;

mod accounts;
mod appointments;
mod clinics;
mod demo;
mod doctors;
mod leaves;
mod patients;
mod payments;

pub use metrics::MetricsAccess;
pub use openapi::document;
