//! Counts of requests and of the commands that they ask for.

use std::borrow::Cow;
use std::time::Instant;

use actix_web::dev::ServiceRequest;
use actix_web::http::{Method, StatusCode};
use prometheus::{Error, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry};

use crate::http::outcome::Outcome;

/// Upper bounds of the latency buckets, in seconds.
const BUCKETS: [f64; 12] = [
    0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

/// The endpoint of a request, in a closed set of words: a client chooses among them and adds none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The method, or `other`.
    pub method: &'static str,
    /// The route's pattern, or `unmatched`.
    pub route: Cow<'static, str>,
}

impl Endpoint {
    /// Of a request, as the routes say.
    pub fn from_request(request: &ServiceRequest) -> Self {
        let route = request.match_pattern();
        Self {
            method: method(request.method()),
            route: route.map_or(Cow::Borrowed("unmatched"), Cow::Owned),
        }
    }
}

fn method(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];
    let known = KNOWN.into_iter().find(|known| *known == method.as_str());
    known.unwrap_or("other")
}

/// Counts of requests.
#[derive(Clone)]
pub struct HttpMetrics {
    requests: IntCounterVec,
    durations: HistogramVec,
    in_flight: IntGauge,
    commands: IntCounterVec,
}

impl HttpMetrics {
    pub(super) fn register(registry: &Registry) -> Result<Self, Error> {
        let requests = Opts::new(
            "caresync_http_requests_total",
            "Requests that have ended, by the class of the answer's status; `aborted` if the client went away first.",
        );
        let durations = HistogramOpts::new(
            "caresync_http_request_duration_seconds",
            "From the request's head to the answer's.",
        );
        let in_flight = Opts::new(
            "caresync_http_requests_in_flight",
            "Requests that are being answered, this scrape among them.",
        );
        let commands = Opts::new(
            "caresync_commands_total",
            "Commands that clients asked for, by what came of them.",
        );
        let metrics = Self {
            requests: IntCounterVec::new(requests, &["method", "route", "status"])?,
            durations: HistogramVec::new(
                durations.buckets(BUCKETS.to_vec()),
                &["method", "route"],
            )?,
            in_flight: IntGauge::with_opts(in_flight)?,
            commands: IntCounterVec::new(commands, &["method", "route", "outcome"])?,
        };
        registry.register(Box::new(metrics.requests.clone()))?;
        registry.register(Box::new(metrics.durations.clone()))?;
        registry.register(Box::new(metrics.in_flight.clone()))?;
        registry.register(Box::new(metrics.commands.clone()))?;
        Ok(metrics)
    }

    /// A request has come.
    pub fn begin(&self, endpoint: Endpoint) -> Exchange {
        self.in_flight.inc();
        Exchange {
            metrics: self.clone(),
            endpoint,
            started: Instant::now(),
            status: "aborted",
        }
    }
}

/// A request that is being answered. Dropped without an end, it counts as aborted.
pub struct Exchange {
    metrics: HttpMetrics,
    endpoint: Endpoint,
    started: Instant,
    status: &'static str,
}

impl Exchange {
    /// It was answered, and this came of its command, if it had one.
    pub fn end(mut self, status: StatusCode, outcome: Option<Outcome>) {
        self.status = class(status);
        let Endpoint { method, route } = &self.endpoint;
        let took = self.started.elapsed().as_secs_f64();
        let durations = &self.metrics.durations;
        durations
            .with_label_values(&[method, &**route])
            .observe(took);
        if let Some(outcome) = outcome {
            let commands = &self.metrics.commands;
            let labels = [method, &**route, outcome.as_str()];
            commands.with_label_values(&labels).inc();
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let Endpoint { method, route } = &self.endpoint;
        self.metrics.in_flight.dec();
        let requests = &self.metrics.requests;
        requests
            .with_label_values(&[method, &**route, self.status])
            .inc();
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics() -> (Registry, HttpMetrics) {
        let registry = Registry::new();
        let metrics = HttpMetrics::register(&registry).unwrap();
        (registry, metrics)
    }

    fn endpoint() -> Endpoint {
        Endpoint {
            method: "GET",
            route: "/things/{id}".into(),
        }
    }

    #[test]
    fn a_request_is_in_flight_until_it_is_answered() {
        let (_, metrics) = metrics();
        let exchange = metrics.begin(endpoint());
        assert_eq!(metrics.in_flight.get(), 1);
        exchange.end(StatusCode::NOT_FOUND, None);
        assert_eq!(metrics.in_flight.get(), 0);
        let counted = metrics
            .requests
            .with_label_values(&["GET", "/things/{id}", "4xx"]);
        assert_eq!(counted.get(), 1);
    }

    #[test]
    fn a_request_whose_client_has_gone_counts_as_aborted() {
        let (_, metrics) = metrics();
        drop(metrics.begin(endpoint()));
        assert_eq!(metrics.in_flight.get(), 0);
        let counted = metrics
            .requests
            .with_label_values(&["GET", "/things/{id}", "aborted"]);
        assert_eq!(counted.get(), 1);
    }

    #[test]
    fn a_method_that_a_client_made_up_adds_no_label() {
        assert_eq!(method(&Method::from_bytes(b"BREW").unwrap()), "other");
        assert_eq!(method(&Method::DELETE), "DELETE");
    }
}
