//! Counts of requests that met a limit.

use prometheus::{Error, IntCounter, IntCounterVec, Opts, Registry};

use crate::limits::RouteClass;

/// Counts of requests that met a limit.
#[derive(Clone)]
pub struct LimitMetrics {
    refused: IntCounterVec,
    faults: IntCounter,
    turned_away: IntCounter,
    blocked: IntCounter,
}

impl LimitMetrics {
    pub(super) fn register(registry: &Registry) -> Result<Self, Error> {
        let refused = Opts::new(
            "caresync_rate_limited_requests_total",
            "Requests that were refused because the quota of their class was used up.",
        );
        let faults = Opts::new(
            "caresync_rate_limiter_faults_total",
            "Requests that could not be counted, and were let through.",
        );
        let turned_away = Opts::new(
            "caresync_blocked_client_requests_total",
            "Requests of blocked clients.",
        );
        let blocked = Opts::new(
            "caresync_clients_blocked_total",
            "Times that this node blocked a client by itself.",
        );
        let metrics = Self {
            refused: IntCounterVec::new(refused, &["class"])?,
            faults: IntCounter::with_opts(faults)?,
            turned_away: IntCounter::with_opts(turned_away)?,
            blocked: IntCounter::with_opts(blocked)?,
        };
        for class in RouteClass::COUNTED {
            metrics.refused.with_label_values(&[class.as_str()]);
        }
        registry.register(Box::new(metrics.refused.clone()))?;
        registry.register(Box::new(metrics.faults.clone()))?;
        registry.register(Box::new(metrics.turned_away.clone()))?;
        registry.register(Box::new(metrics.blocked.clone()))?;
        Ok(metrics)
    }

    /// A request was refused.
    pub fn refused(&self, class: RouteClass) {
        self.refused.with_label_values(&[class.as_str()]).inc();
    }

    /// A request of a blocked client came.
    pub fn turned_away(&self) {
        self.turned_away.inc();
    }

    /// A client was blocked.
    pub fn blocked(&self) {
        self.blocked.inc();
    }

    /// A request could not be counted.
    pub fn failed(&self) {
        self.faults.inc();
    }
}
