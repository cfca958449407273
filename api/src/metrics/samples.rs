//! Families whose values are known at once.

use prometheus::proto::MetricFamily;
use prometheus::{Error, Gauge, GaugeVec, IntCounter, IntCounterVec, Opts, Registry};

/// A few families with their values.
pub struct Samples(Registry);

impl Samples {
    /// None yet.
    pub fn new() -> Self {
        Self::with_registry(Registry::new())
    }

    /// Further families in a registry.
    pub fn with_registry(registry: Registry) -> Self {
        Self(registry)
    }

    /// A value that goes up and down.
    pub fn gauge(&self, name: &str, help: &str, value: f64) -> Result<(), Error> {
        let gauge = Gauge::new(name, help)?;
        gauge.set(value);
        self.0.register(Box::new(gauge))
    }

    /// One such value for each value of a label.
    pub fn labelled(
        &self,
        name: &str,
        help: &str,
        label: &str,
        values: &[(&str, f64)],
    ) -> Result<(), Error> {
        let gauges = GaugeVec::new(Opts::new(name, help), &[label])?;
        for (of, value) in values {
            gauges.with_label_values(&[of]).set(*value);
        }
        self.0.register(Box::new(gauges))
    }

    /// A count that only goes up.
    pub fn counter(&self, name: &str, help: &str, count: u64) -> Result<(), Error> {
        let counter = IntCounter::new(name, help)?;
        counter.inc_by(count);
        self.0.register(Box::new(counter))
    }

    /// One such count for each value of a label.
    pub fn counters(
        &self,
        name: &str,
        help: &str,
        label: &str,
        counts: &[(&str, u64)],
    ) -> Result<(), Error> {
        let counters = IntCounterVec::new(Opts::new(name, help), &[label])?;
        for (of, count) in counts {
            counters.with_label_values(&[of]).inc_by(*count);
        }
        self.0.register(Box::new(counters))
    }

    /// All of them.
    pub fn gather(&self) -> Vec<MetricFamily> {
        self.0.gather()
    }
}
