//! Observability: metrics, log lines, request ids, traces.

mod collector;
mod horizon;
mod logs;
mod metrics;
mod parked;
mod readiness;
mod request_ids;
pub mod scrape;
mod takeover;
mod traces;
