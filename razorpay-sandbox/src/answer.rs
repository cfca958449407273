//! How it says no: in Razorpay's form, whatever went wrong.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// The request is not one to do.
    #[error("refused: {}", .0.description)]
    Refused(Refusal),
    /// The books could not be read or written.
    #[error("working with the sandbox's books")]
    Books(#[from] sqlx::Error),
    /// The operating system gave none.
    #[error("making an id: no randomness")]
    NoRandomness,
}

/// A no, as Razorpay writes it.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    description: Cow<'static, str>,
    field: Option<&'static str>,
}

impl Trouble {
    /// A request that would be refused again.
    pub(crate) fn refused(description: impl Into<Cow<'static, str>>) -> Self {
        Self::Refused(Refusal {
            status: StatusCode::BAD_REQUEST,
            description: description.into(),
            field: None,
        })
    }

    /// The same because of one field.
    pub(crate) fn field(field: &'static str, description: impl Into<Cow<'static, str>>) -> Self {
        Self::Refused(Refusal {
            status: StatusCode::BAD_REQUEST,
            description: description.into(),
            field: Some(field),
        })
    }

    /// Nothing has this id. Razorpay says 400, not 404.
    pub(crate) fn unknown_id() -> Self {
        Self::refused("The id provided does not exist")
    }

    /// Who asks has not said that they may.
    pub(crate) fn unauthenticated() -> Self {
        Self::Refused(Refusal {
            status: StatusCode::UNAUTHORIZED,
            description: "Authentication failed".into(),
            field: None,
        })
    }

    /// There is no such path.
    pub(crate) fn no_such_path() -> Self {
        Self::Refused(Refusal {
            status: StatusCode::NOT_FOUND,
            description: "The requested URL was not found on the server.".into(),
            field: None,
        })
    }
}

impl ResponseError for Trouble {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Refused(refusal) => refusal.status,
            Self::Books(_) | Self::NoRandomness => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status_code());
        let Self::Refused(refusal) = self else {
            tracing::error!(error = ?self, "The sandbox of the payment gateway failed.");
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

/// Reads a body of JSON. An empty one is an empty object, as for clients that leave it out.
pub(crate) fn body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Trouble> {
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    serde_json::from_slice(bytes)
        .map_err(|error| Trouble::refused(format!("The request body can't be read: {error}")))
}

/// Which part of a long list is asked for.
#[derive(Deserialize)]
pub(crate) struct Part {
    #[serde(default = "Part::ten")]
    pub(crate) count: i64,
    #[serde(default)]
    pub(crate) skip: i64,
}

impl Part {
    const fn ten() -> i64 {
        10
    }

    /// Between 1 and 100, from any place on.
    pub(crate) fn check(&self) -> Result<(), Trouble> {
        if !(1..=100).contains(&self.count) {
            return Err(Trouble::field(
                "count",
                "The count must be between 1 and 100.",
            ));
        }
        if self.skip < 0 {
            return Err(Trouble::field("skip", "The skip must be at least 0."));
        }
        Ok(())
    }
}
