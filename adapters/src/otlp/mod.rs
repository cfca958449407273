//! Traces for an OpenTelemetry collector, over OTLP with protobuf and HTTP.
//!
//! A thread of the SDK collects finished spans and sends them in batches; ending a span never
//! waits. While the collector is unreachable its queue fills, and further spans are dropped. The
//! SDK's own settings apply (`OTEL_BSP_*`, `OTEL_TRACES_SAMPLER`, `OTEL_EXPORTER_OTLP_HEADERS`,
//! `OTEL_RESOURCE_ATTRIBUTES`).

mod client;

use std::time::Duration;

use opentelemetry_otlp::{
    ExporterBuildError, Protocol, RetryPolicy, SpanExporter, WithExportConfig, WithHttpConfig,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;

use client::CollectorClient;

/// Time limit for sending one batch.
const TIMEOUT: Duration = Duration::from_secs(3);
/// Time that the program waits for the last batch at its end.
const LAST_BATCH: Duration = Duration::from_secs(5);

/// Sends traces until it is [closed](OtlpTraces::close).
#[derive(Debug)]
pub struct OtlpTraces(SdkTracerProvider);

impl OtlpTraces {
    /// Starts to send to the collector at `endpoint`, e.g. `http://localhost:4318`, as `service`.
    ///
    /// # Errors
    /// If `endpoint` is not a URL. An unreachable collector is not an error.
    pub fn start(endpoint: &str, service: &str) -> Result<Self, ExporterBuildError> {
        // The signal's path is appended, as the specification says of this setting.
        let endpoint = format!("{}/v1/traces", endpoint.trim_end_matches('/'));
        let exporter = SpanExporter::builder()
            .with_http()
            .with_endpoint(endpoint)
            .with_timeout(TIMEOUT)
            .with_protocol(Protocol::HttpBinary)
            // A lost batch is not sent again: that would only delay the next one.
            .with_retry_policy(RetryPolicy::disabled())
            .with_http_client(CollectorClient::new(TIMEOUT))
            .build()?;
        let resource = Resource::builder()
            .with_service_name(service.to_owned())
            .build();
        let provider = SdkTracerProvider::builder()
            .with_resource(resource)
            .with_batch_exporter(exporter)
            .build();
        Ok(Self(provider))
    }

    /// Returns the tracer provider.
    #[must_use]
    pub fn provider(&self) -> &SdkTracerProvider {
        &self.0
    }

    /// Sends the remaining spans, for at most five seconds. Blocks: not for an async task.
    pub fn close(self) {
        if let Err(error) = self.0.shutdown_with_timeout(LAST_BATCH) {
            tracing::warn!(%error, "The last traces were not sent.");
        }
    }
}
