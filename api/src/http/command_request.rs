//! Requests for a change: a body, with the key under which it is done once.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use commands::authorization::Permit;
use commands::{Context, IdempotencyKey};
use domain::{AccountId, ClinicId};
use hmac::{Hmac, KeyInit, Mac};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterIn};

use super::access::Access;
use super::in_flight::Flight;
use super::problem::{Flaw, Problem};
use super::problem_type::ProblemType;
use super::request::RequestId;
use super::schemas::{header_parameter, pattern};
use crate::app::App;

/// The header with the client's key (draft-ietf-httpapi-idempotency-key-header).
pub const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// The shortest key. Short ones could be guessed, and a key guards the body of its request.
const SHORTEST_KEY: usize = 16;
/// The longest key.
const LONGEST_KEY: usize = 255;

/// Bodies are small; documents have a way of their own.
pub const MAX_BODY: usize = 64 * 1024;

/// The parameter `Idempotency-Key` in the document; [`CommandRequest`] reads it.
pub struct IdempotencyHeader;

impl IntoParams for IdempotencyHeader {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about =
            "Does it once, however often it is sent: 16 to 255 visible characters; a UUID will do";
        let form = pattern("^[!-~]+$")
            .min_length(Some(SHORTEST_KEY))
            .max_length(Some(LONGEST_KEY));
        vec![header_parameter(
            IDEMPOTENCY_KEY,
            about,
            Required::False,
            form,
        )]
    }
}

/// A request for a change: its body, and the key under which it is done once.
pub struct CommandRequest<T> {
    /// The body.
    pub body: T,
    key: Option<Vec<u8>>,
    /// A hash of method, path and body, keyed by the client's key.
    fingerprint: [u8; 32],
    request: RequestId,
}

/// A change without a body.
#[derive(Debug, Clone, Copy, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

impl<T> CommandRequest<T> {
    /// The context for the commands; while the returned flight lives, the key is in flight.
    ///
    /// # Errors
    /// 409 with `Retry-After` while another request with the key is being worked on.
    pub fn context<P: Permit>(
        &self,
        app: &App,
        caller: &Access<P>,
        clinic: Option<ClinicId>,
    ) -> Result<(Context, Option<Flight>), Problem> {
        let idempotency = self.key.as_deref().map(|key| IdempotencyKey {
            key: scoped(caller.account, key),
            fingerprint: self.fingerprint,
        });
        let flight = idempotency
            .map(|own| app.in_flight.enter(own.key).ok_or_else(still_running))
            .transpose()?;
        let request = self.request.uuid();
        let at = app.clock.now();
        let context = Context {
            actor: caller.actor(),
            clinic,
            at,
            request: Some(request),
            causation: request,
            correlation: self.request.correlation(),
            idempotency,
        };
        Ok((context, flight))
    }
}

impl<T> CommandRequest<T> {
    /// The context for a caller who has not signed in. Such requests are never replayed: their
    /// replies are not kept.
    pub fn anonymous_context(&self, app: &App) -> Context {
        let request = self.request.uuid();
        Context {
            request: Some(request),
            correlation: self.request.correlation(),
            ..Context::system(app.clock.now(), request)
        }
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for CommandRequest<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = Bytes::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let bytes = bytes.await.map_err(|error| unreadable(&error))?;
            let key = client_key(&request)?;
            Ok(Self {
                body: parse(&request, &bytes)?,
                fingerprint: fingerprint(key.as_deref().unwrap_or_default(), &request, &bytes),
                key,
                request: RequestId::from_request(&request),
            })
        })
    }
}

/// Reads JSON strictly; says where it is wrong.
fn parse<T: DeserializeOwned>(request: &HttpRequest, bytes: &[u8]) -> Result<T, Problem> {
    if bytes.is_empty() {
        // A change that needs nothing said may come without a body.
        return from_json(b"{}");
    }
    let json = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|header| header.to_str().ok())
        .is_some_and(|media| {
            media
                .split(';')
                .next()
                .unwrap_or("")
                .trim()
                .eq_ignore_ascii_case("application/json")
        });
    if !json {
        return Err(ProblemType::UnsupportedMediaType.into());
    }
    from_json(bytes)
}

fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // A list would be taken for the fields of the body in their order.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(Problem::malformed(vec![Flaw::at(
            "",
            "no list is expected",
        )]));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let parsed = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let pointer = pointer(error.path());
        let flaw = vec![Flaw {
            pointer,
            detail: detail(error.inner()),
        }];
        if breaks_a_rule(error.inner()) {
            Problem::invalid(flaw)
        } else {
            Problem::malformed(flaw)
        }
    })?;
    deserializer.end().map_err(|error| {
        Problem::malformed(vec![Flaw {
            pointer: String::new(),
            detail: detail(&error),
        }])
    })?;
    Ok(parsed)
}

/// Returns whether the JSON has the right form and a value breaks a rule. The parser's own errors have fixed
/// beginnings; everything else was said by the value.
fn breaks_a_rule(error: &serde_json::Error) -> bool {
    const FORM: [&str; 7] = [
        "invalid type",
        "invalid value",
        "invalid length",
        "unknown variant",
        "unknown field",
        "missing field",
        "duplicate field",
    ];
    let text = error.to_string();
    error.is_data() && !FORM.iter().any(|form| text.starts_with(form))
}

/// The path as a JSON Pointer (RFC 6901).
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => "/?".to_owned(),
        })
        .collect()
}

/// Returns the parser's error without an echo of the value: that may be a name.
fn detail(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or(&text);
    match text.split_once(": ") {
        Some(("invalid type" | "invalid value" | "invalid length", rest)) => {
            let expected = rest
                .rsplit_once("expected ")
                .map_or("another form", |(_, what)| what);
            format!("expected {}", in_words(expected))
        }
        _ => text.to_owned(),
    }
}

/// Names of the program's own types mean nothing to a client.
fn in_words(expected: &str) -> &str {
    if expected.starts_with("internally tagged enum ") {
        "an object with a `kind`"
    } else if expected.starts_with("struct ") {
        "an object"
    } else {
        expected
    }
}

fn client_key(request: &HttpRequest) -> Result<Option<Vec<u8>>, Problem> {
    let Some(header) = request.headers().get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    let key = header.as_bytes();
    if (SHORTEST_KEY..=LONGEST_KEY).contains(&key.len()) && key.iter().all(u8::is_ascii_graphic) {
        return Ok(Some(key.to_vec()));
    }
    let detail = "not 16 to 255 visible characters; a UUID will do".to_owned();
    Err(Problem::malformed(vec![Flaw {
        pointer: IDEMPOTENCY_KEY.to_owned(),
        detail,
    }]))
}

/// The key as it is stored: the client's key can't be told from it.
fn scoped(account: AccountId, key: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"caresync idempotency key v1\0");
    hash.update(account.as_uuid().as_bytes());
    hash.update(key);
    hash.finalize().into()
}

/// Tells two requests under one key apart. Keyed by the client's key, which is not stored, so that
/// nothing about the body can be learnt from it.
fn fingerprint(key: &[u8], request: &HttpRequest, body: &[u8]) -> [u8; 32] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return [0; 32];
    };
    for part in [
        request.method().as_str().as_bytes(),
        request.path().as_bytes(),
        body,
    ] {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// A body that did not come, or not as a whole.
pub fn unreadable(error: &actix_web::Error) -> Problem {
    if error.as_response_error().status_code() == StatusCode::PAYLOAD_TOO_LARGE {
        return ProblemType::BodyTooLarge.into();
    }
    let detail = "the body ended early or is encoded in an unknown way".to_owned();
    Problem::malformed(vec![Flaw {
        pointer: String::new(),
        detail,
    }])
}

fn still_running() -> Problem {
    Problem::from(ProblemType::RequestInProgress).retry_after(std::time::Duration::from_secs(1))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(tag = "kind")]
    #[expect(dead_code, reason = "it is only read")]
    enum Purpose {
        Research { until: Inner },
    }

    #[derive(Debug, Deserialize)]
    struct Inner {}

    #[test]
    fn an_answer_names_no_type_of_the_program() {
        for (body, expected) in [
            (r#""Research""#, "expected an object with a `kind`"),
            (r#"{"kind": "Research", "until": 1}"#, "expected an object"),
        ] {
            let error = serde_json::from_str::<Purpose>(body).unwrap_err();
            assert_eq!(detail(&error), expected);
        }
    }
}
