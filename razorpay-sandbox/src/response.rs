//! Error responses in Razorpay's format.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpResponse, ResponseError};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

/// Error of a request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// The request is invalid.
    #[error("refused: {}", .0.description)]
    Refused(Refusal),
    /// The database could not be read or written.
    #[error("accessing the sandbox's database")]
    Database(#[from] sqlx::Error),
    /// The operating system gave no random bytes.
    #[error("making an id: no randomness")]
    NoRandomness,
}

/// An error response, as Razorpay writes it.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    description: Cow<'static, str>,
    field: Option<&'static str>,
}

impl ApiError {
    /// A request that would fail again.
    pub(crate) fn refused(description: impl Into<Cow<'static, str>>) -> Self {
        Self::Refused(Refusal {
            status: StatusCode::BAD_REQUEST,
            description: description.into(),
            field: None,
        })
    }

    /// The same, because of one field.
    pub(crate) fn field(field: &'static str, description: impl Into<Cow<'static, str>>) -> Self {
        Self::Refused(Refusal {
            status: StatusCode::BAD_REQUEST,
            description: description.into(),
            field: Some(field),
        })
    }

    /// Returns whether the database can't be reached or takes no writes. The program around the sandbox logs that.
    pub(crate) fn is_outage(&self) -> bool {
        matches!(self, Self::Database(error) if is_outage(error))
    }

    /// Returns what is said to people.
    pub(crate) fn description(&self) -> &str {
        match self {
            Self::Refused(refusal) => &refusal.description,
            Self::Database(_) if self.is_outage() => "The sandbox's database is away. Try again.",
            Self::Database(_) | Self::NoRandomness => "The sandbox failed. Try again.",
        }
    }

    /// No object has this id. Razorpay answers 400, not 404.
    pub(crate) fn unknown_id() -> Self {
        Self::refused("The id provided does not exist")
    }

    /// The API key is missing or wrong.
    pub(crate) fn unauthenticated() -> Self {
        Self::Refused(Refusal {
            status: StatusCode::UNAUTHORIZED,
            description: "Authentication failed".into(),
            field: None,
        })
    }

    /// The path does not exist.
    pub(crate) fn no_such_path() -> Self {
        Self::Refused(Refusal {
            status: StatusCode::NOT_FOUND,
            description: "The requested URL was not found on the server.".into(),
            field: None,
        })
    }
}

fn is_outage(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            let classes = ["08", "53", "57"];
            code == "25006" || classes.iter().any(|class| code.starts_with(class))
        }),
        _ => false,
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Refused(refusal) => refusal.status,
            Self::Database(error) if is_outage(error) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Database(_) | Self::NoRandomness => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status_code());
        let Self::Refused(refusal) = self else {
            if self.is_outage() {
                // The gateway is well, and its caller's database is not.
                answer.insert_header((RETRY_AFTER, 1));
            } else {
                tracing::error!(error = ?self, "The sandbox of the payment gateway failed.");
            }
            return answer.json(json!({"error": {
                "code": "SERVER_ERROR",
                "description": "We are facing some trouble completing your request at the moment.",
            }}));
        };
        answer.json(json!({"error": {
            "code": "BAD_REQUEST_ERROR",
            "description": refusal.description,
            "field": refusal.field,
            "source": "business",
            "step": "payment_initiation",
            "reason": "input_validation_failed",
            "metadata": {},
        }}))
    }
}

/// Reads a JSON body. An empty one is an empty object, for clients that omit it.
pub(crate) fn body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    serde_json::from_slice(bytes)
        .map_err(|error| ApiError::refused(format!("The request body can't be read: {error}")))
}

/// Page of a list.
#[derive(Deserialize)]
pub(crate) struct Page {
    #[serde(default = "Page::ten")]
    pub(crate) count: i64,
    #[serde(default)]
    pub(crate) skip: i64,
}

impl Page {
    const fn ten() -> i64 {
        10
    }

    /// Checks that `count` is between 1 and 100 and `skip` is not negative.
    pub(crate) fn check(&self) -> Result<(), ApiError> {
        if !(1..=100).contains(&self.count) {
            return Err(ApiError::field(
                "count",
                "The count must be between 1 and 100.",
            ));
        }
        if self.skip < 0 {
            return Err(ApiError::field("skip", "The skip must be at least 0."));
        }
        Ok(())
    }
}
