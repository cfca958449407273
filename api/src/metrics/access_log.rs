//! Times of recording access decisions.

use std::time::Instant;

use prometheus::{Error, Histogram, HistogramOpts, IntCounter, Registry};

/// Upper bounds of the buckets, in seconds.
const BUCKETS: [f64; 11] = [
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0,
];

/// Counts of requests that recorded access decisions.
#[derive(Clone)]
pub struct AccessLogMetrics {
    durations: Histogram,
    failures: IntCounter,
}

impl AccessLogMetrics {
    /// Counts from zero.
    ///
    /// # Errors
    /// If a name is none.
    pub fn new() -> Result<Self, Error> {
        let durations = HistogramOpts::new(
            "caresync_access_log_duration_seconds",
            "The time that a request waits until its access decisions are recorded.",
        );
        Ok(Self {
            durations: Histogram::with_opts(durations.buckets(BUCKETS.to_vec()))?,
            failures: IntCounter::new(
                "caresync_access_log_failures_total",
                "Requests whose access decisions could not be recorded, and that showed nothing.",
            )?,
        })
    }

    pub(super) fn register(&self, registry: &Registry) -> Result<(), Error> {
        registry.register(Box::new(self.durations.clone()))?;
        registry.register(Box::new(self.failures.clone()))
    }

    /// The decisions of a request are recorded.
    pub fn recorded(&self, since: Instant) {
        self.durations.observe(since.elapsed().as_secs_f64());
    }

    /// They could not be.
    pub fn failed(&self) {
        self.failures.inc();
    }
}
