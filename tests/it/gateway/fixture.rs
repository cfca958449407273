//! A sandbox with a database of its own, and a client with its key.

use std::net::TcpListener;
use std::time::Duration;

use adapters::razorpay::{Razorpay, RazorpayConfig, RazorpayLimits};
use razorpay_sandbox::{Sandbox, SandboxKeys, SandboxOptions, SandboxPace};
use reqwest::{Method, RequestBuilder};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use sqlx::PgPool;
use tests::database::Database;

use crate::support::http;

/// A sandbox.
pub struct Fixture {
    pub sandbox: Sandbox,
    pub pool: PgPool,
    http: reqwest::Client,
}

pub fn keys() -> SandboxKeys {
    SandboxKeys {
        key_id: "rzp_test_key".to_owned(),
        key_secret: "the key's secret".into(),
        webhook_secret: "the webhooks' secret".into(),
    }
}

impl Fixture {
    /// Without webhooks.
    pub async fn start() -> Self {
        Self::with_webhooks(None).await
    }

    /// With webhooks to this address.
    pub async fn with_webhooks(webhook_url: Option<String>) -> Self {
        let pool = Database::create().await.unwrap().pool(6).await.unwrap();
        Self::on(pool, webhook_url)
    }

    /// On an existing database.
    pub fn on(pool: PgPool, webhook_url: Option<String>) -> Self {
        Self::with_webhook_timeout(pool, webhook_url, SandboxPace::default().answer)
    }

    /// The same, with a limit for the response to a webhook.
    pub fn with_webhook_timeout(
        pool: PgPool,
        webhook_url: Option<String>,
        answer: Duration,
    ) -> Self {
        Self::open(pool, keys(), webhook_url, answer)
    }

    /// On an existing database, with other keys and without webhooks.
    pub fn with_keys(pool: PgPool, keys: SandboxKeys) -> Self {
        Self::open(pool, keys, None, SandboxPace::default().answer)
    }

    fn open(
        pool: PgPool,
        keys: SandboxKeys,
        webhook_url: Option<String>,
        answer: Duration,
    ) -> Self {
        let sandbox = Sandbox::start(SandboxOptions {
            pool: pool.clone(),
            keys,
            listener: TcpListener::bind("127.0.0.1:0").unwrap(),
            webhook_url,
            // Short pauses, so that no test takes long.
            pace: SandboxPace {
                answer,
                first_pause: Duration::from_millis(20),
                longest_pause: Duration::from_millis(100),
                look: Duration::from_millis(20),
            },
        });
        Self {
            sandbox: sandbox.unwrap(),
            pool,
            http: http(),
        }
    }

    /// A request to this path, with the key.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("http://{}{path}", self.sandbox.address());
        let keys = self.sandbox.keys();
        let request = self.http.request(method, url);
        request.basic_auth(&keys.key_id, Some(keys.key_secret.expose_secret()))
    }

    /// The same without the key.
    pub fn anonymous(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("http://{}{path}", self.sandbox.address());
        self.http.request(method, url)
    }

    pub async fn get(&self, path: &str) -> Value {
        expect(200, self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Value {
        expect(200, self.request(Method::POST, path).json(body)).await
    }

    /// Asserts a refusal that names this field, if any.
    #[track_caller]
    pub fn refused(
        &self,
        path: &str,
        body: &Value,
        field: Option<&str>,
    ) -> impl Future<Output = Value> {
        let request = self.request(Method::POST, path).json(body);
        let (path, field) = (path.to_owned(), field.map(ToOwned::to_owned));
        async move {
            let answer = expect(400, request).await;
            assert_eq!(answer["error"]["code"], "BAD_REQUEST_ERROR", "{path}");
            assert_eq!(
                answer["error"]["field"].as_str(),
                field.as_deref(),
                "{answer}"
            );
            answer
        }
    }

    pub async fn put(&self, path: &str, body: &Value) {
        expect(204, self.request(Method::PUT, path).json(body)).await;
    }

    /// An order of 500 rupees.
    pub async fn order(&self) -> String {
        let body = json!({"amount": 50_000, "currency": "INR"});
        let order = self.post("/v1/orders", &body).await;
        order["id"].as_str().unwrap().to_owned()
    }

    /// An attempt to pay.
    pub async fn attempt(&self, order: &str, plan: &Value) -> Value {
        self.post(&format!("/sandbox/orders/{order}/attempts"), plan)
            .await
    }

    /// A payment that was captured.
    pub async fn paid(&self, order: &str) -> String {
        let attempt = self.attempt(order, &json!({"outcome": "captured"})).await;
        attempt["razorpay_payment_id"].as_str().unwrap().to_owned()
    }

    pub fn adapter(&self) -> Razorpay {
        self.adapter_with(RazorpayLimits {
            pause: Duration::from_millis(5),
            ..RazorpayLimits::default()
        })
    }

    pub fn adapter_with(&self, limits: RazorpayLimits) -> Razorpay {
        let keys = keys();
        let config = RazorpayConfig {
            base_url: self.sandbox.base_url(),
            key_id: keys.key_id,
            key_secret: keys.key_secret,
            webhook_secret: keys.webhook_secret,
            previous_webhook_secret: None,
            limits,
        };
        Razorpay::new(config).unwrap()
    }
}

/// Sends a request and reads the JSON of its answer, which must have this status.
pub async fn expect(status: u16, request: RequestBuilder) -> Value {
    let answer = request.send().await.unwrap();
    let found = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    assert_eq!(found, status, "{text}");
    serde_json::from_str(&text).unwrap_or(Value::Null)
}
