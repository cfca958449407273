//! Observability: metrics, log lines, request ids, traces.

mod access_log;
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
