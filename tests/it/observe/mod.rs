//! What operators see: metrics, log lines, ids of requests, traces.

mod collector;
mod horizon;
mod logs;
mod metrics;
mod request_ids;
mod scrape;
mod traces;
