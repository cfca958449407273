//! Observability of requests: the id, the line in the log, the counts, the trace.
//!
//! Paths are told as the pattern of their route, so that no id and nothing that a client made up gets
//! into a log line, a label or a span.

use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderValue;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};
use opentelemetry::trace::TraceId;
use tracing::{Instrument as _, Span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use super::outcome::Outcome;
use super::problem::Problem;
use super::request::{REQUEST_ID, RequestId};
use super::trace_context;
use crate::metrics::{Endpoint, Metrics};

/// Routes that machines ask all the time. They are logged at `debug`.
const PROBES: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// The target of their spans, which are in no trace.
pub const PROBE: &str = "api::probe";

/// Surrounds every request; the outermost middleware.
pub async fn observe(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let endpoint = Endpoint::from_request(&request);
    let (span, id) = begin(&request, &endpoint);
    request.extensions_mut().insert(id.clone());
    let metrics = request.app_data::<Data<Metrics>>().cloned();
    let exchange = metrics.map(|metrics| metrics.http().begin(endpoint.clone()));
    let started = Instant::now();
    let answer = next.call(request).instrument(span.clone()).await;
    let told = Told::from_answer(&answer);
    let _inside = span.enter();
    if let Some(exchange) = exchange {
        exchange.end(told.status, told.outcome);
    }
    report(&endpoint, &told, started);
    named(answer, &id)
}

/// The span of a request, and how the request is called.
///
/// It is an error's span, so that no filter that lets errors through takes the id from their lines.
fn begin(request: &ServiceRequest, endpoint: &Endpoint) -> (Span, RequestId) {
    let id = RequestId::from_headers(request.headers());
    if is_probe(endpoint) {
        let span = tracing::error_span!(
            target: PROBE,
            "http.probe",
            request.id = id.token(),
            http.method = endpoint.method,
            http.route = &*endpoint.route,
            http.status = field::Empty,
        );
        return (span, id);
    }
    let span = tracing::error_span!(
        "http.request",
        request.id = id.token(),
        http.method = endpoint.method,
        http.route = &*endpoint.route,
        trace.id = field::Empty,
        http.status = field::Empty,
        otel.name = field::Empty,
        otel.kind = field::Empty,
    );
    let trace = join_trace(&span, request, endpoint);
    if let Some(trace) = trace {
        span.record("trace.id", field::display(trace));
    }
    (span, id.within(trace))
}

/// Makes the span part of the sender's trace, or where traces are sent, of a new one. Returns that trace.
fn join_trace(span: &Span, request: &ServiceRequest, endpoint: &Endpoint) -> Option<TraceId> {
    let sent = trace_context::sent(request.headers());
    // An error means that no traces are sent.
    if span.set_parent(sent.clone()).is_err() {
        return trace_context::trace_of(&sent);
    }
    span.record("otel.kind", "server");
    let name = format!("{} {}", endpoint.method, endpoint.route);
    span.record("otel.name", name);
    trace_context::trace_of(&span.context())
}

/// The answer with its request's id, also where it is an error of a middleware.
fn named<B>(
    answer: Result<ServiceResponse<B>, Error>,
    id: &RequestId,
) -> Result<ServiceResponse<B>, Error> {
    let Ok(value) = HeaderValue::from_str(id.token()) else {
        return answer;
    };
    match answer {
        Ok(mut response) => {
            response.headers_mut().insert(REQUEST_ID, value);
            Ok(response)
        }
        Err(error) => {
            let mut response = error.error_response();
            response.headers_mut().insert(REQUEST_ID, value);
            Err(InternalError::from_response(error, response).into())
        }
    }
}

fn is_probe(endpoint: &Endpoint) -> bool {
    PROBES.contains(&&*endpoint.route)
}

/// The facts of a response that are logged and counted.
struct Told {
    status: StatusCode,
    /// The problem's slug, which says why.
    problem: Option<&'static str>,
    /// The outcome of the command, if one was asked for.
    outcome: Option<Outcome>,
    /// The cause of a failure that has not been logged yet.
    unlogged: Option<String>,
}

impl Told {
    fn from_answer<B>(answer: &Result<ServiceResponse<B>, Error>) -> Self {
        let (status, error, done) = match answer {
            Ok(response) => {
                let response = response.response();
                let done = response.extensions().get::<Outcome>().copied();
                (response.status(), response.error(), done)
            }
            Err(error) => (error.as_response_error().status_code(), Some(error), None),
        };
        let problem = error.and_then(|error| error.as_error::<Problem>());
        let unlogged = error.filter(|_| status.is_server_error() && problem.is_none());
        Self {
            status,
            problem: problem.map(Problem::slug),
            outcome: done.or_else(|| problem.and_then(Problem::outcome)),
            unlogged: unlogged.map(ToString::to_string),
        }
    }
}

/// The one line of a finished request. A problem that was our fault has logged its cause already.
fn report(endpoint: &Endpoint, told: &Told, started: Instant) {
    let span = Span::current();
    // Signed: OpenTelemetry knows no other whole numbers.
    span.record("http.status", i64::from(told.status.as_u16()));
    if told.status.is_server_error() {
        span.set_status(opentelemetry::trace::Status::error(""));
    }
    if let Some(error) = &told.unlogged {
        tracing::error!(error, "A request failed on our side.");
    }
    let milliseconds = to_the_microsecond(started.elapsed());
    if is_probe(endpoint) {
        tracing::debug!(duration.ms = milliseconds, "A probe was answered.");
    } else {
        tracing::info!(
            duration.ms = milliseconds,
            problem.r#type = told.problem,
            "A request was answered."
        );
    }
}

/// Milliseconds with three digits.
fn to_the_microsecond(duration: Duration) -> f64 {
    let micros = u32::try_from(duration.as_micros()).unwrap_or(u32::MAX);
    f64::from(micros) / 1_000.0
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderMap;

    use super::*;

    #[test]
    fn an_error_of_a_middleware_carries_the_requests_id() {
        let id = RequestId::from_headers(&HeaderMap::new());
        let failed: Result<ServiceResponse<()>, Error> = Err(Problem::forbidden().into());
        let error = named(failed, &id).err().unwrap();
        let response = error.error_response();
        assert_eq!(response.headers().get(REQUEST_ID).unwrap(), id.token());
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
    }

    #[test]
    fn durations_have_three_digits() {
        let duration = Duration::from_nanos(4_906_887);
        assert!((to_the_microsecond(duration) - 4.906).abs() < f64::EPSILON);
    }
}
