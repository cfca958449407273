//! One request to the gateway: authentication, time-outs, retries, concurrency.
//!
//! The HTTP client blocks, and each exchange has a thread of its own. An asynchronous client's
//! connections belong to the runtime that opened them, and here each worker of the server has a
//! runtime of its own.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use commands::ports::GatewayError;
use domain::FailureCode;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use ureq::Agent;
use ureq::http::{HeaderMap, Request, header};

use super::breaker::Breaker;
use super::config::{RazorpayConfig, RazorpayLimits};
use super::failure::{ExchangeFailure, GatewayFailure};
use super::retry::Tries;

/// A request. It must be idempotent.
#[derive(Debug)]
pub(super) struct ApiRequest {
    /// Description of the operation for the log.
    pub(super) doing: &'static str,
    path: String,
    body: Option<Vec<u8>>,
    /// A header that makes the request idempotent.
    idempotency_key: Option<(&'static str, String)>,
}

impl ApiRequest {
    /// A request that reads.
    pub(super) fn get(doing: &'static str, path: String) -> Self {
        Self {
            doing,
            path,
            body: None,
            idempotency_key: None,
        }
    }

    /// A request that changes something.
    pub(super) fn post(doing: &'static str, path: String, body: &Value) -> Self {
        let body = Some(body.to_string().into_bytes());
        Self {
            doing,
            path,
            body,
            idempotency_key: None,
        }
    }

    /// The same with an idempotency header.
    pub(super) fn with_idempotency_key(self, name: &'static str, key: String) -> Self {
        Self {
            idempotency_key: Some((name, key)),
            ..self
        }
    }
}

/// Sends a request.
pub(super) struct Client {
    agent: Agent,
    base: String,
    authorization: SecretString,
    limits: RazorpayLimits,
    permits: Arc<Semaphore>,
    breaker: Breaker,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

impl Client {
    pub(super) fn new(config: &RazorpayConfig) -> Self {
        let limits = config.limits;
        let agent = Agent::config_builder()
            .timeout_global(Some(limits.exchange))
            .timeout_connect(Some(limits.connect))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_idle_connections(limits.at_once)
            .max_idle_connections_per_host(limits.at_once)
            .proxy(None)
            .build();
        let pair = format!("{}:{}", config.key_id, config.key_secret.expose_secret());
        Self {
            agent: agent.into(),
            base: config.base_url.trim_end_matches('/').to_owned(),
            authorization: format!("Basic {}", STANDARD.encode(pair)).into(),
            limits,
            permits: Arc::new(Semaphore::new(limits.at_once)),
            breaker: Breaker::new(limits.failures, limits.rest),
        }
    }

    /// Sends a request, with retries, and reads the answer.
    pub(super) async fn send<T: DeserializeOwned>(
        &self,
        request: &ApiRequest,
    ) -> Result<T, GatewayError> {
        let first = Instant::now();
        let mut made = 0;
        loop {
            made += 1;
            let failure = match self.exchange(request).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let tries = Tries {
                made,
                since: first.elapsed(),
            };
            let pause = match &failure {
                ExchangeFailure::Temporary(_, retry_after) => {
                    tries.pause(&self.limits, *retry_after, jitter())
                }
                ExchangeFailure::Refused(_) | ExchangeFailure::Permanent(_) => None,
            };
            match pause {
                Some(pause) => sleep(pause).await,
                None => return Err(failure.into_error(request.doing)),
            }
        }
    }

    /// Sends the request once, if the circuit breaker allows it, with a permit.
    async fn exchange<T: DeserializeOwned>(
        &self,
        request: &ApiRequest,
    ) -> Result<T, ExchangeFailure> {
        let permit = timeout(self.limits.turn, self.permits.clone().acquire_owned()).await;
        let Ok(Ok(permit)) = permit else {
            return Err(ExchangeFailure::Permanent(GatewayFailure::Overloaded));
        };
        if !self.breaker.allows(Instant::now()) {
            return Err(ExchangeFailure::Permanent(GatewayFailure::CircuitOpen));
        }
        let (agent, limit) = (self.agent.clone(), self.limits.answer);
        let request = self.http_request(request)?;
        let exchange = tokio::task::spawn_blocking(move || {
            let answer = send(&agent, request, limit);
            // Released when the exchange is over, even if the caller no longer waits for it.
            drop(permit);
            answer
        });
        let answer = exchange
            .await
            .map_err(|_| ExchangeFailure::Permanent(GatewayFailure::Abandoned))?;
        let read = answer.and_then(|answer| answer.read());
        match &read {
            // A throttled or refused request has been answered, and so has one that is to be repeated later.
            Ok(_)
            | Err(
                ExchangeFailure::Refused(_)
                | ExchangeFailure::Temporary(GatewayFailure::Status(429), _)
                | ExchangeFailure::Temporary(GatewayFailure::Status(503), Some(_)),
            ) => {
                self.breaker.succeeded();
            }
            // Says nothing about the gateway.
            Err(failure) if failure.is_ours() => {}
            Err(_) => self.breaker.failed(Instant::now()),
        }
        read
    }

    fn http_request(
        &self,
        request: &ApiRequest,
    ) -> Result<Request<Option<Vec<u8>>>, ExchangeFailure> {
        let method = if request.body.is_some() {
            "POST"
        } else {
            "GET"
        };
        let mut builder = Request::builder()
            .method(method)
            .uri(format!("{}{}", self.base, request.path))
            .header(header::AUTHORIZATION, self.authorization.expose_secret())
            .header(header::ACCEPT, "application/json");
        if request.body.is_some() {
            builder = builder.header(header::CONTENT_TYPE, "application/json");
        }
        if let Some((name, key)) = &request.idempotency_key {
            builder = builder.header(*name, key);
        }
        let built = builder.body(request.body.clone());
        // Paths are made of ids, which contain only permitted characters.
        built.map_err(|error| {
            ExchangeFailure::Permanent(GatewayFailure::NoAnswer(Box::new(error.into())))
        })
    }
}

/// Random jitter, so that failed requests don't return together.
fn jitter() -> u16 {
    let mut bytes = [0; 2];
    // Without random bytes the pauses are the shortest, which is harmless.
    let _ = getrandom::fill(&mut bytes);
    u16::from_le_bytes(bytes)
}

/// Sends a request and reads the answer to its end.
fn send(
    agent: &Agent,
    request: Request<Option<Vec<u8>>>,
    limit: u64,
) -> Result<Answer, ExchangeFailure> {
    let (parts, body) = request.into_parts();
    let answered = match body {
        Some(body) => agent.run(Request::from_parts(parts, &*body)),
        None => agent.run(Request::from_parts(parts, ())),
    };
    let (parts, mut body) = answered.map_err(no_answer)?.into_parts();
    let read = body.with_config().limit(limit).read_to_vec();
    let body = match read {
        Ok(body) => body,
        Err(ureq::Error::BodyExceedsLimit(limit)) => {
            return Err(ExchangeFailure::Permanent(GatewayFailure::TooLarge {
                limit,
            }));
        }
        Err(error) => return Err(no_answer(error)),
    };
    Ok(Answer {
        status: parts.status.as_u16(),
        retry_after: retry_after(&parts.headers),
        body,
    })
}

fn no_answer(error: ureq::Error) -> ExchangeFailure {
    ExchangeFailure::Temporary(GatewayFailure::NoAnswer(Box::new(error)), None)
}

/// Seconds only; a date is not parsed.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    seconds.trim().parse().ok().map(Duration::from_secs)
}

/// An answer with any status.
struct Answer {
    status: u16,
    retry_after: Option<Duration>,
    body: Vec<u8>,
}

impl Answer {
    fn read<T: DeserializeOwned>(&self) -> Result<T, ExchangeFailure> {
        match self.status {
            // The parser's message quotes its input, and so it is dropped.
            200 | 201 => serde_json::from_slice(&self.body)
                .map_err(|_| ExchangeFailure::Permanent(GatewayFailure::InvalidBody)),
            400 => Err(self.refusal()),
            429 | 500..=599 => Err(ExchangeFailure::Temporary(
                GatewayFailure::Status(self.status),
                self.retry_after,
            )),
            // Wrong keys are a configuration error, and 409 means that it is under way.
            _ => Err(ExchangeFailure::Permanent(GatewayFailure::Status(
                self.status,
            ))),
        }
    }

    /// A refusal in the gateway's format. One in another format came from a proxy.
    fn refusal(&self) -> ExchangeFailure {
        match serde_json::from_slice::<Refusal>(&self.body) {
            Ok(Refusal { error }) if GATEWAY_FAULTS.contains(&&*error.code) => {
                ExchangeFailure::Temporary(GatewayFailure::Status(self.status), self.retry_after)
            }
            Ok(Refusal { error }) => ExchangeFailure::Refused(FailureCode::parse(&error.code).ok()),
            Err(_) => ExchangeFailure::Permanent(GatewayFailure::InvalidBody),
        }
    }
}

/// Codes that blame neither us nor the payer.
const GATEWAY_FAULTS: [&str; 2] = ["GATEWAY_ERROR", "SERVER_ERROR"];

#[derive(Deserialize)]
struct Refusal {
    error: RefusalCode,
}

#[derive(Deserialize)]
struct RefusalCode {
    code: String,
}
