//! One question, one answer: authentication, time-outs, tries, and how many at once.
//!
//! The HTTP client blocks, and each exchange has a thread for itself. An asynchronous client's connections
//! live in the runtime that opened them, and here each worker of the server has a runtime of its own.

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
use super::retry::Tries;
use super::trouble::{Failure, Trouble};

/// What is asked. To ask it twice must come to the same as to ask it once.
#[derive(Debug)]
pub(super) struct Question {
    /// What we are doing, for whoever reads the log.
    pub(super) doing: &'static str,
    path: String,
    body: Option<Vec<u8>>,
    /// A header that makes twice the same once.
    once: Option<(&'static str, String)>,
}

impl Question {
    /// How something stands.
    pub(super) fn get(doing: &'static str, path: String) -> Self {
        Self {
            doing,
            path,
            body: None,
            once: None,
        }
    }

    /// To do something.
    pub(super) fn post(doing: &'static str, path: String, body: &Value) -> Self {
        let body = Some(body.to_string().into_bytes());
        Self {
            doing,
            path,
            body,
            once: None,
        }
    }

    /// The same with a header under which it is done once.
    pub(super) fn once(self, name: &'static str, key: String) -> Self {
        Self {
            once: Some((name, key)),
            ..self
        }
    }
}

/// Asks.
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

    /// Asks, if need be again, and reads the answer.
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
                Failure::Passing(_, asked_for) => tries.pause(&self.limits, *asked_for, chance()),
                Failure::Refused(_) | Failure::Lasting(_) => None,
            };
            match pause {
                Some(pause) => sleep(pause).await,
                None => return Err(failure.into_error(question.doing)),
            }
        }
    }

    /// Asks once, if the gateway is not resting, when it is this question's turn.
    async fn exchange<T: DeserializeOwned>(&self, question: &Question) -> Result<T, Failure> {
        let turn = timeout(self.limits.turn, self.turns.clone().acquire_owned()).await;
        let Ok(Ok(turn)) = turn else {
            return Err(Failure::Lasting(Trouble::Crowded));
        };
        if !self.breaker.lets_through(Instant::now()) {
            return Err(Failure::Lasting(Trouble::Resting));
        }
        let (agent, limit) = (self.agent.clone(), self.limits.answer);
        let request = self.request(question)?;
        let asked = tokio::task::spawn_blocking(move || {
            let answer = send(&agent, request, limit);
            // Given back when the exchange is over, even if nobody waits for it any more.
            drop(turn);
            answer
        });
        let answer = asked
            .await
            .map_err(|_| Failure::Lasting(Trouble::GivenUp))?;
        let read = answer.and_then(|answer| answer.read());
        match &read {
            // Whoever is throttled or refused has been answered.
            Ok(_) | Err(Failure::Refused(_) | Failure::Passing(Trouble::Status(429), _)) => {
                self.breaker.succeeded();
            }
            Err(_) => self.breaker.failed(Instant::now()),
        }
        read
    }

    fn request(&self, question: &Question) -> Result<Request<Option<Vec<u8>>>, Failure> {
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
        // Paths are made of ids, which have no character that would not do.
        built.map_err(|error| Failure::Lasting(Trouble::NoAnswer(Box::new(error.into()))))
    }
}

/// Any number, so that those who failed together don't come back together.
fn chance() -> u16 {
    let mut bytes = [0; 2];
    // Without randomness the pauses are the shortest, which is no harm.
    let _ = getrandom::fill(&mut bytes);
    u16::from_le_bytes(bytes)
}

/// Sends a request and reads the answer to its end.
fn send(agent: &Agent, request: Request<Option<Vec<u8>>>, limit: u64) -> Result<Answer, Failure> {
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
            return Err(Failure::Lasting(Trouble::TooLarge { limit }));
        }
        Err(error) => return Err(unheard(error)),
    };
    Ok(Answer {
        status: parts.status.as_u16(),
        asked_for: retry_after(&parts.headers),
        body,
    })
}

fn unheard(error: ureq::Error) -> Failure {
    Failure::Passing(Trouble::NoAnswer(Box::new(error)), None)
}

/// Seconds; a date is not worth its parsing.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    seconds.trim().parse().ok().map(Duration::from_secs)
}

/// An answer, whatever it says.
struct Answer {
    status: u16,
    asked_for: Option<Duration>,
    body: Vec<u8>,
}

impl Answer {
    fn read<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        match self.status {
            // The reader's own words quote what it read, and so they are dropped.
            200 | 201 => {
                serde_json::from_slice(&self.body).map_err(|_| Failure::Lasting(Trouble::Shape))
            }
            400 => Err(self.refusal()),
            429 | 500..=599 => Err(Failure::Passing(
                Trouble::Status(self.status),
                self.asked_for,
            )),
            // Wrong keys are ours to put right, and 409 says that it is under way.
            _ => Err(Failure::Lasting(Trouble::Status(self.status))),
        }
    }

    /// A no in the gateway's form. One in another form came from somebody in between.
    fn refusal(&self) -> Failure {
        match serde_json::from_slice::<Refusal>(&self.body) {
            Ok(Refusal { error }) if OTHERS_FAULT.contains(&&*error.code) => {
                Failure::Passing(Trouble::Status(self.status), self.asked_for)
            }
            Ok(Refusal { error }) => Failure::Refused(FailureCode::parse(&error.code).ok()),
            Err(_) => Failure::Lasting(Trouble::Shape),
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
