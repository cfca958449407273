//! The log, and traces where a collector is named.
//!
//! Both come from the same `tracing` spans and events. The log goes to standard error. Traces are
//! spans only: what a log line says never leaves with them.

use std::io::IsTerminal as _;

use adapters::otlp::OtlpTraces;
use anyhow::Context as _;
use api::PROBE;
use opentelemetry::trace::TracerProvider as _;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::settings::{LogFormat, TraceSettings};

/// The log and the traces of the process. [`close`](Telemetry::close) them at the end.
pub struct Telemetry {
    traces: Option<OtlpTraces>,
}

impl Telemetry {
    /// Sets the log up for the whole process, and traces if a collector is named.
    ///
    /// # Errors
    /// If the collector's address is no URL.
    pub fn start(
        filter: &str,
        format: LogFormat,
        traces: Option<&TraceSettings>,
    ) -> anyhow::Result<Self> {
        let traces =
            traces.and_then(|settings| Some((settings.otlp_endpoint.as_deref()?, settings)));
        let traces = traces
            .map(|(endpoint, settings)| OtlpTraces::start(endpoint, &settings.otel_service_name))
            .transpose()
            .context("reading OTEL_EXPORTER_OTLP_ENDPOINT")?;
        let spans = traces.as_ref().map(|traces| {
            tracing_opentelemetry::layer()
                .with_tracer(traces.provider().tracer("caresync"))
                .with_location(false)
                .with_threads(false)
                .with_target(false)
                .with_tracked_inactivity(false)
                .with_context_activation(false)
                .with_filter(filter_fn(is_exported))
        });
        let json = format == LogFormat::Json;
        let text = (!json).then(|| {
            tracing_subscriber::fmt::layer()
                .with_target(false)
                .with_ansi(std::io::stderr().is_terminal())
                .with_writer(std::io::stderr)
                .with_filter(EnvFilter::new(filter))
        });
        let lines = json.then(|| {
            json_subscriber::fmt::layer()
                .flatten_event(true)
                .flatten_span_list_on_top_level(true)
                .with_current_span(false)
                .with_span_list(false)
                .with_writer(std::io::stderr)
                .with_filter(EnvFilter::new(filter))
        });
        tracing_subscriber::registry()
            .with(spans)
            .with(text)
            .with(lines)
            .init();
        Ok(Self { traces })
    }

    /// Sends what is left of the traces, within a bound. Blocks.
    pub fn close(self) {
        if let Some(traces) = self.traces {
            traces.close();
        }
    }
}

/// Spans of our own crates. The event store tells of appends and batches at `debug`; a trace has them
/// whatever is logged.
fn is_exported(metadata: &Metadata<'_>) -> bool {
    let of_crate = metadata.target().split("::").next().unwrap_or_default();
    let level = match of_crate {
        "api" | "commands" => Level::INFO,
        "event_store" => Level::DEBUG,
        _ => return false,
    };
    metadata.is_span() && metadata.target() != PROBE && *metadata.level() <= level
}
