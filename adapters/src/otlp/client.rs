//! HTTP client that sends batches. It blocks, which is fine on the exporter's own thread.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use ureq::Agent;

/// Bytes of an answer that are read: it contains little.
const LONGEST_ANSWER: u64 = 64 * 1024;
/// Interval between log messages about an unreachable collector.
const BETWEEN_WARNINGS: Duration = Duration::from_mins(5);

#[derive(Debug)]
pub(super) struct CollectorClient {
    agent: Agent,
    warned: Mutex<Option<Instant>>,
}

impl CollectorClient {
    pub(super) fn new(timeout: Duration) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(timeout))
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .build();
        Self {
            agent: config.into(),
            warned: Mutex::default(),
        }
    }

    fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, ureq::Error> {
        let (parts, body) = request.into_parts();
        let answer = self.agent.run(Request::from_parts(parts, &*body))?;
        let (parts, mut body) = answer.into_parts();
        let body = body.with_config().limit(LONGEST_ANSWER).read_to_vec()?;
        Ok(Response::from_parts(parts, body.into()))
    }

    /// Logs that batches are lost, unless that was logged a moment ago.
    fn warn(&self, reason: &str) {
        let Ok(mut warned) = self.warned.lock() else {
            return;
        };
        if warned.is_none_or(|at| at.elapsed() >= BETWEEN_WARNINGS) {
            *warned = Some(Instant::now());
            tracing::warn!(error = reason, "Traces could not be sent and are lost.");
        }
    }
}

#[async_trait]
impl HttpClient for CollectorClient {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        match self.send(request) {
            Ok(answer) => {
                if !answer.status().is_success() {
                    self.warn(answer.status().as_str());
                }
                Ok(answer)
            }
            Err(error) => {
                self.warn(&error.to_string());
                Err(error.into())
            }
        }
    }
}
