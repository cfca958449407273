//! Numbers for Prometheus: what this node has answered, and how the log and the database stand.
//!
//! - `http`, `limits`, `access_log`: counted as it happens. A new number of that kind is a family there.
//! - `sampled`: asked for at the moment of a scrape, for at most [`sampled::PATIENCE`].
//! - `access`: who may read them. `get`: the endpoint.
//!
//! Labels have few values, all known in advance: routes, methods, states, names of subscribers. No
//! ids, nothing that a client chose, nothing personal.

mod access;
mod access_log;
mod get;
mod http;
mod limits;
mod sampled;
mod samples;

use chrono::{DateTime, Utc};
use prometheus::proto::MetricFamily;
use prometheus::{Registry, TextEncoder};

pub use access::MetricsAccess;
pub use access_log::AccessLogMetrics;
pub use get::*;
pub use http::{Endpoint, HttpMetrics};
pub use limits::LimitMetrics;
pub use sampled::{Sampler, Surveyed};
use samples::Samples;

/// The numbers of one node.
pub struct Metrics {
    registry: Registry,
    http: HttpMetrics,
    limits: LimitMetrics,
}

impl Metrics {
    /// Starts to count; `started` is when the node did.
    pub fn new(
        started: DateTime<Utc>,
        access_log: &AccessLogMetrics,
    ) -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        access_log.register(&registry)?;
        let http = HttpMetrics::register(&registry)?;
        let limits = LimitMetrics::register(&registry)?;
        let fixed = Samples::with_registry(registry.clone());
        fixed.labelled(
            "caresync_build_info",
            "The program that runs; always 1.",
            "version",
            &[(env!("CARGO_PKG_VERSION"), 1.0)],
        )?;
        fixed.gauge(
            "caresync_process_start_time_seconds",
            "When the node started, in seconds since 1970.",
            seconds(started),
        )?;
        Ok(Self {
            registry,
            http,
            limits,
        })
    }

    /// Counts of requests.
    pub fn http(&self) -> &HttpMetrics {
        &self.http
    }

    /// Counts of requests that met a limit.
    pub fn limits(&self) -> &LimitMetrics {
        &self.limits
    }

    /// Everything in the text format 0.0.4, together with what was asked for just now.
    pub fn text(&self, sampled: Vec<MetricFamily>) -> Result<String, prometheus::Error> {
        let mut families = self.registry.gather();
        families.extend(sampled);
        TextEncoder::new().encode_to_string(&families)
    }
}

/// Seconds since 1970, to the millisecond.
#[expect(
    clippy::cast_precision_loss,
    reason = "a time in milliseconds is exact in an f64 for 280,000 years"
)]
fn seconds(time: DateTime<Utc>) -> f64 {
    time.timestamp_millis() as f64 / 1_000.0
}
