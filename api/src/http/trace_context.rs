//! The trace that a request belongs to, if its sender says so (W3C Trace Context, `traceparent`).

use actix_web::http::header::{HeaderMap, HeaderName};
use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry::trace::{TraceContextExt as _, TraceId};
use opentelemetry_sdk::propagation::TraceContextPropagator;

/// Reads the sender's trace; an empty context if it sends none, or none that is valid.
pub fn sent(headers: &HeaderMap) -> Context {
    TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(headers))
}

/// The trace of a context, if there is one.
pub fn trace_of(context: &Context) -> Option<TraceId> {
    let span = context.span();
    let span = span.span_context();
    span.is_valid().then(|| span.trace_id())
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    fn trace(traceparent: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        let name = HeaderName::from_static("traceparent");
        headers.insert(name, HeaderValue::from_str(traceparent).unwrap());
        trace_of(&sent(&headers)).map(|trace| trace.to_string())
    }

    #[test]
    fn a_valid_traceparent_names_the_trace() {
        let sent = format!("00-{TRACE}-00f067aa0ba902b7-01");
        assert_eq!(trace(&sent).as_deref(), Some(TRACE));
        assert_eq!(trace_of(&super::sent(&HeaderMap::new())), None);
    }

    #[test]
    fn an_invalid_traceparent_is_passed_over() {
        for sent in [
            String::new(),
            "nonsense".to_owned(),
            format!("00-{TRACE}-0000000000000000-01"),
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01".to_owned(),
            format!("ff-{TRACE}-00f067aa0ba902b7-01"),
        ] {
            assert_eq!(trace(&sent), None, "{sent}");
        }
    }
}
