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
pub(super) struct Question {
    /// Description of the operation for the log.
    pub(super) doing: &'static str,
    path: String,
    body: Option<Vec<u8>>,
    /// A header that makes the request idempotent.
    once: Option<(&'static str, String)>,
}

impl Question {
    /// A request that reads.
    pub(super) fn get(doing: &'static str, path: String) -> Self {
        Self {
            doing,
            path,
            body: None,
            once: None,
        }
    }

    /// A request that changes something.
    pub(super) fn post(doing: &'static str, path: String, body: &Value) -> Self {
        let body = Some(body.to_string().into_bytes());
        Self {
            doing,
            path,
            body,
            once: None,
        }
    }

    /// The same with an idempotency header.
    pub(super) fn once(self, name: &'static str, key: String) -> Self {
        Self {
            once: Some((name, key)),
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
    turns: Arc<Semaphore>,
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
            turns: Arc::new(Semaphore::new(limits.at_once)),
            breaker: Breaker::new(limits.failures, limits.rest),
        }
    }

    /// Sends a request, with retries, and reads the answer.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        question: &Question,
    ) -> Result<T, GatewayError> {
        let first = Instant::now();
        let mut made = 0;
        loop {
            made += 1;
            let failure = match self.exchange(question).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let tries = Tries {
                made,
                since: first.elapsed(),
            };
            let pause = match &failure {
                ExchangeFailure::Temporary(_, asked_for) => {
                    tries.pause(&self.limits, *asked_for, chance())
                }
                ExchangeFailure::Refused(_) | ExchangeFailure::Permanent(_) => None,
            };
            match pause {
                Some(pause) => sleep(pause).await,
                None => return Err(failure.into_error(question.doing)),
            }
        }
    }

    /// Sends the request once, if the circuit breaker allows it, with a permit.
    async fn exchange<T: DeserializeOwned>(
        &self,
        question: &Question,
    ) -> Result<T, ExchangeFailure> {
        let turn = timeout(self.limits.turn, self.turns.clone().acquire_owned()).await;
        let Ok(Ok(turn)) = turn else {
            return Err(ExchangeFailure::Permanent(GatewayFailure::Overloaded));
        };
        if !self.breaker.lets_through(Instant::now()) {
            return Err(ExchangeFailure::Permanent(GatewayFailure::CircuitOpen));
        }
        let (agent, limit) = (self.agent.clone(), self.limits.answer);
        let request = self.request(question)?;
        let asked = tokio::task::spawn_blocking(move || {
            let answer = send(&agent, request, limit);
            // Released when the exchange is over, even if the caller no longer waits for it.
            drop(turn);
            answer
        });
        let answer = asked
            .await
            .map_err(|_| ExchangeFailure::Permanent(GatewayFailure::Abandoned))?;
        let read = answer.and_then(|answer| answer.read());
        match &read {
            // A throttled or refused request has been answered.
            Ok(_)
            | Err(
                ExchangeFailure::Refused(_)
                | ExchangeFailure::Temporary(GatewayFailure::Status(429), _),
            ) => {
                self.breaker.succeeded();
            }
            Err(_) => self.breaker.failed(Instant::now()),
        }
        read
    }

    fn request(&self, question: &Question) -> Result<Request<Option<Vec<u8>>>, ExchangeFailure> {
        let method = if question.body.is_some() {
            "POST"
        } else {
            "GET"
        };
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{}", self.base, question.path))
            .header(header::AUTHORIZATION, self.authorization.expose_secret())
            .header(header::ACCEPT, "application/json");
        if question.body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        if let Some((name, key)) = &question.once {
            request = request.header(*name, key);
        }
        let built = request.body(question.body.clone());
        // Paths are made of ids, which contain only permitted characters.
        built.map_err(|error| {
            ExchangeFailure::Permanent(GatewayFailure::NoAnswer(Box::new(error.into())))
        })
    }
}

/// Random jitter, so that failed requests don't return together.
fn chance() -> u16 {
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
    let (parts, mut body) = answered.map_err(unheard)?.into_parts();
    let read = body.with_config().limit(limit).read_to_vec();
    let body = match read {
        Ok(body) => body,
        Err(ureq::Error::BodyExceedsLimit(limit)) => {
            return Err(ExchangeFailure::Permanent(GatewayFailure::TooLarge {
                limit,
            }));
        }
        Err(error) => return Err(unheard(error)),
    };
    Ok(Answer {
        status: parts.status.as_u16(),
        asked_for: retry_after(&parts.headers),
        body,
    })
}

fn unheard(error: ureq::Error) -> ExchangeFailure {
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
    asked_for: Option<Duration>,
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
                self.asked_for,
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
            Ok(Refusal { error }) if OTHERS_FAULT.contains(&&*error.code) => {
                ExchangeFailure::Temporary(GatewayFailure::Status(self.status), self.asked_for)
            }
            Ok(Refusal { error }) => ExchangeFailure::Refused(FailureCode::parse(&error.code).ok()),
            Err(_) => ExchangeFailure::Permanent(GatewayFailure::InvalidBody),
        }
    }
}

/// Codes that blame neither us nor the payer.
const OTHERS_FAULT: [&str; 2] = ["GATEWAY_ERROR", "SERVER_ERROR"];

#[derive(Deserialize)]
struct Refusal {
    error: RefusalCode,
}

#[derive(Deserialize)]
struct RefusalCode {
    code: String,
}
