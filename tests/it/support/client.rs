//! An HTTP client that states the expected status and checks the headers of every response.

use std::fmt::Write as _;
use std::panic::Location;

use reqwest::header::{HeaderMap, HeaderName};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::contract::assert_described;
use super::eventually;

/// Headers of every response, RFC 9457 problem or not.
const ALWAYS: [&str; 7] = [
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "content-security-policy",
    "strict-transport-security",
    "cache-control",
    "x-request-id",
];

/// A client of one node, with or without a token.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

/// Text as a part of a URL.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        write!(encoded, "%{byte:02X}").unwrap();
        encoded
    })
}

/// An HTTP client that uses no proxy.
pub fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// A request that has not been sent.
pub struct Call {
    request: RequestBuilder,
    what: String,
}

/// A response with the expected status.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
    /// The body as it came.
    pub raw: String,
    /// The same where it is no text.
    pub bytes: Vec<u8>,
    what: String,
}

impl Client {
    /// An anonymous client of the node with this address.
    pub fn new(base: String) -> Self {
        Self {
            http: http(),
            base,
            token: None,
        }
    }

    /// The same with another token.
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self {
            token: Some(token.into()),
            ..self.clone()
        }
    }

    /// The same token at another node.
    pub fn at(&self, node: &Self) -> Self {
        Self {
            token: self.token.clone(),
            ..node.clone()
        }
    }

    /// Host and port.
    pub fn host(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    pub fn post(&self, path: &str, body: &Value) -> Call {
        self.call(Method::POST, path).json(body)
    }

    pub fn put(&self, path: &str, body: &Value) -> Call {
        self.call(Method::PUT, path).json(body)
    }

    /// Begins to sign up, and returns the request that completes it with the code of the mail.
    pub async fn sign_up(&self, new: &Value) -> Call {
        let email = new["email"].as_str().unwrap();
        let begin = json!({"email": email});
        let code = self
            .mailed_code(email, self.post("/api/v1/auth/register", &begin))
            .await;
        let mut new = new.clone();
        new["code"] = json!(code);
        self.post("/api/v1/auth/register/complete", &new)
    }

    /// Registers staff or a doctor, and accepts the invitation with the password of the body.
    pub async fn invite(&self, path: &str, new: &Value) -> Reply {
        let email = new["email"].as_str().unwrap();
        let mut request = new.clone();
        let password = request.as_object_mut().unwrap().remove("password");
        let before = self.mails(email).await.len();
        let registered = self.post(path, &request).expect(201).await;
        let mails = self.mails_after(email, before).await;
        let accept = json!({"email": email, "code": mails[0]["code"], "password": password});
        let accept = self.post("/api/v1/auth/invitation/accept", &accept);
        accept.expect(204).await;
        registered
    }

    /// Sends a request that is accepted, and returns the code in the mail that follows.
    pub async fn mailed_code(&self, email: &str, request: Call) -> String {
        let before = self.mails(email).await.len();
        request.expect(202).await;
        let mails = self.mails_after(email, before).await;
        mails[0]["code"]
            .as_str()
            .expect("a mail with a code")
            .to_owned()
    }

    /// The mails to an address, newest first, once there is one more than before.
    pub async fn mails_after(&self, email: &str, before: usize) -> Vec<Value> {
        let mut mails = Vec::new();
        eventually("a mail arrives", async || {
            mails = self.mails(email).await;
            mails.len() > before
        })
        .await;
        assert_eq!(mails.len(), before + 1, "{mails:?}");
        mails
    }

    /// The mails to an address, newest first.
    pub async fn mails(&self, email: &str) -> Vec<Value> {
        let mailbox = self.get(&format!("/sandbox/mail?to={}", encoded(email)));
        let listed = mailbox.expect(200).await;
        listed.body["items"].as_array().unwrap().clone()
    }

    /// A request without a body.
    pub fn call(&self, method: Method, path: &str) -> Call {
        let what = format!("{method} {path}");
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        Call { request, what }
    }
}

impl Call {
    pub fn json(mut self, body: &Value) -> Self {
        self.request = self.request.json(body);
        self
    }

    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.request = self.request.header(name, value.into());
        self
    }

    /// Sends an `Idempotency-Key`.
    pub fn key(self, key: &str) -> Self {
        self.header("Idempotency-Key", key)
    }

    /// Waits for what `reply` wrote.
    pub fn after(self, reply: &Reply) -> Self {
        let position = reply.header("caresync-position").to_owned();
        self.header("CareSync-Position", position)
    }

    /// Sends these bytes as they are.
    pub fn raw(mut self, content_type: &str, body: impl Into<reqwest::Body>) -> Self {
        self.request = self.request.header("content-type", content_type).body(body);
        self
    }

    /// Sends it; any other status than `status` fails the test.
    #[track_caller]
    pub fn expect(self, status: u16) -> impl Future<Output = Reply> {
        let caller = Location::caller();
        async move {
            let reply = self.send().await;
            assert_eq!(
                reply.status, status,
                "{} ({caller}): {}",
                reply.what, reply.body
            );
            reply
        }
    }

    /// Sends it and returns any response.
    pub async fn send(self) -> Reply {
        let answer = self.try_send().await;
        answer.unwrap_or_else(|error| panic!("the server did not answer: {error:?}"))
    }

    /// Sends it to a server that may be dead.
    pub async fn try_send(self) -> Result<Reply, reqwest::Error> {
        let response = self.request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await?;
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let reply = Reply {
            status: status.as_u16(),
            headers,
            body,
            raw: String::from_utf8_lossy(&bytes).into_owned(),
            bytes: bytes.into(),
            what: self.what,
        };
        reply.check(status);
        Ok(reply)
    }
}

impl Reply {
    /// Asserts the headers and the problem document of every response.
    fn check(&self, status: StatusCode) {
        assert_described(&self.what, self.status, &self.headers, &self.body);
        for name in ALWAYS {
            assert!(
                self.headers.contains_key(name),
                "{}: no {name} on {self:?}",
                self.what
            );
        }
        // An unready node answers with the state of its parts.
        let is_problem = !self.what.ends_with("/readyz");
        if is_problem && (status.is_client_error() || status.is_server_error()) {
            let what = &self.what;
            assert_eq!(
                self.header("content-type"),
                "application/problem+json",
                "{what}"
            );
            assert_eq!(self.body["status"], status.as_u16(), "{what}");
            assert!(self.body["type"].is_string(), "{what}: {}", self.body);
            assert!(self.body["title"].is_string(), "{what}: {}", self.body);
        }
        let named = match status.as_u16() {
            401 => HeaderName::from_static("www-authenticate"),
            429 | 503 => HeaderName::from_static("retry-after"),
            _ => return,
        };
        assert!(
            self.headers.contains_key(&named),
            "{}: no {named}",
            self.what
        );
    }

    /// Asserts the problem's slug.
    #[track_caller]
    pub fn is(&self, slug: &str) {
        assert_eq!(self.body["type"], slug, "{}: {}", self.what, self.body);
    }

    /// Asserts that the problem has exactly this pointer.
    #[track_caller]
    pub fn points_at(&self, pointer: &str) {
        let errors = self.body["errors"].as_array();
        let at: Vec<_> = errors
            .into_iter()
            .flatten()
            .map(|e| &e["pointer"])
            .collect();
        assert_eq!(at, [pointer], "{}: {}", self.what, self.body);
    }

    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_else(|| panic!("{}: no {name}", self.what))
    }

    pub fn has(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }

    /// A text of the body.
    #[track_caller]
    pub fn text(&self, field: &str) -> &str {
        let text = self.body[field].as_str();
        text.unwrap_or_else(|| panic!("{}: no {field} in {}", self.what, self.body))
    }

    /// The id of what the body describes.
    #[track_caller]
    pub fn id(&self) -> Uuid {
        self.text("id").parse().unwrap()
    }

    /// The path of an appointment that the body describes, with something behind it.
    #[track_caller]
    pub fn appointment(&self, verb: &str) -> String {
        let mut path = format!("/api/v1/appointments/{}", self.id());
        if !verb.is_empty() {
            write!(path, "/{verb}").unwrap();
        }
        path
    }
}
