//! Errors as RFC 9457 problem details.
//!
//! A refusal becomes the [`Problem`] of its [`ProblemType`]; where the occasion says more than the usual title, with
//! [`Problem::titled`].

use std::borrow::Cow;
use std::error::Error;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use adapters::system::SystemIds;
use chrono::{DateTime, Utc};
use commands::ports::{HashingBusy, IdSource};
use commands::{CommandError, Fault};
use domain::AppointmentId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::outcome::Outcome;
use super::problem_type::ProblemType;
use super::schemas::ClashType;
use crate::records::{Difference, WarningBody};

/// The media type of every error.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A problem detail, RFC 9457. `type` is a stable slug that programs may match on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// The type of the problem: a stable slug.
    #[serde(rename = "type")]
    kind: ProblemType,
    /// The same for people.
    #[schema(example = "Another booking has this slot.")]
    title: Cow<'static, str>,
    /// The HTTP status, again.
    #[schema(example = 409)]
    status: u16,
    /// The parts of the request that are wrong, if that is the problem.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(value_type = Vec<Flaw>, required = false)]
    errors: Box<[Flaw]>,
    /// The times that can't be had, if that is the problem.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(value_type = Vec<Clash>, required = false)]
    clashes: Box<[Clash]>,
    /// The warnings about a prescription, if that is the problem.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(value_type = Vec<WarningBody>, required = false)]
    warnings: Box<[WarningBody]>,
    /// What changed since the version that the request names, if that is the problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Difference>)]
    difference: Option<Box<Difference>>,
    /// An id to quote to the operator, for an unexpected failure or a record that can't be opened.
    #[serde(rename = "errorId", skip_serializing_if = "Option::is_none")]
    error_id: Option<Uuid>,
    #[serde(skip)]
    retry_after: Option<u64>,
    /// The outcome of the command that was asked for.
    #[serde(skip)]
    outcome: Option<Outcome>,
}

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Flaw {
    /// The place, as a JSON Pointer (RFC 6901) into the body, or the parameter's name.
    #[schema(example = "/slot/start")]
    pub pointer: String,
    /// The fault at that place.
    #[schema(example = "not a time with an offset (RFC 3339)")]
    pub detail: String,
}

/// A time that can't be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Clash {
    /// The first moment.
    pub start: DateTime<Utc>,
    /// The moment after the last, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<DateTime<Utc>>,
    /// The visit that stands there, if the caller may know.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    pub appointment_id: Option<AppointmentId>,
    /// The obstacle.
    #[serde(rename = "type")]
    #[schema(value_type = ClashType)]
    pub slug: &'static str,
}

impl Flaw {
    /// A flaw at a place.
    pub fn at(pointer: &str, detail: impl Into<String>) -> Self {
        Self {
            pointer: pointer.to_owned(),
            detail: detail.into(),
        }
    }
}

impl Problem {
    /// A problem with a title that says more than the usual one of its type.
    pub fn titled(problem_type: ProblemType, title: impl Into<Cow<'static, str>>) -> Self {
        let status = problem_type.status();
        Self {
            kind: problem_type,
            title: title.into(),
            status: status.as_u16(),
            errors: Box::default(),
            clashes: Box::default(),
            warnings: Box::default(),
            difference: None,
            error_id: None,
            retry_after: (status == StatusCode::SERVICE_UNAVAILABLE).then_some(1),
            outcome: None,
        }
    }

    /// A request that cannot be read.
    pub fn malformed(errors: Vec<Flaw>) -> Self {
        Self {
            errors: errors.into(),
            ..ProblemType::Malformed.into()
        }
    }

    /// A value that breaks a rule of its own.
    pub fn invalid(errors: Vec<Flaw>) -> Self {
        Self {
            errors: errors.into(),
            ..ProblemType::InvalidValue.into()
        }
    }

    /// A thing that does not exist, or of which the caller may not know.
    pub fn not_found() -> Self {
        ProblemType::NotFound.into()
    }

    /// A role that does not allow it.
    pub fn forbidden() -> Self {
        ProblemType::Forbidden.into()
    }

    /// Adds the times that stand in the way.
    #[must_use]
    pub fn over(self, clashes: Vec<Clash>) -> Self {
        Self {
            clashes: clashes.into(),
            ..self
        }
    }

    /// Adds the warnings that are not overridden.
    #[must_use]
    pub fn warning_of(self, warnings: Vec<WarningBody>) -> Self {
        Self {
            warnings: warnings.into(),
            ..self
        }
    }

    /// Adds what changed since the version that the request names.
    #[must_use]
    pub fn differing(self, difference: Difference) -> Self {
        Self {
            difference: Some(Box::new(difference)),
            ..self
        }
    }

    /// Sets the time after which asking again makes sense; rounded up to whole seconds.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait.as_secs() + u64::from(wait.subsec_nanos() > 0));
        self
    }

    /// The slug of its type.
    pub fn slug(&self) -> &'static str {
        self.kind.slug()
    }

    /// The outcome of the command, if one was asked for.
    pub fn outcome(&self) -> Option<Outcome> {
        self.outcome
    }

    /// A failure that is ours: the cause goes to the log, once, here; the client gets an id.
    ///
    /// An outage of the database is told as such, because asking again helps. It has a line a minute in the log, and
    /// not one per request. So is a record of a person whose key is lost, because asking again does not help.
    pub fn fault(fault: &(dyn Error + 'static)) -> Self {
        if is_overload(fault) {
            return ProblemType::Overloaded.into();
        }
        if event_store::report_outage(fault) {
            return ProblemType::DatabaseUnavailable.into();
        }
        let problem = if event_store::is_unreadable(fault) {
            ProblemType::RecordUnreadable
        } else {
            ProblemType::InternalError
        };
        let error_id = SystemIds.id();
        tracing::error!(
            error.id = %error_id,
            error.kind = problem.slug(),
            error = chain(fault),
            "A request failed on our side."
        );
        Self {
            error_id: Some(error_id),
            ..problem.into()
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.slug(), self.status)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponseBuilder::new(self.status_code());
        response
            .content_type(MEDIA_TYPE)
            .insert_header((CACHE_CONTROL, "no-store"));
        if let Some(seconds) = self.retry_after {
            response.insert_header((RETRY_AFTER, seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.insert_header((WWW_AUTHENTICATE, "Bearer realm=\"caresync\""));
        }
        response.json(self)
    }
}

impl From<ProblemType> for Problem {
    fn from(problem_type: ProblemType) -> Self {
        Self::titled(problem_type, problem_type.title())
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self::fault(&fault)
    }
}

impl From<projections::ReadError> for Problem {
    fn from(error: projections::ReadError) -> Self {
        Self::fault(&error)
    }
}

impl From<event_store::StoreError> for Problem {
    fn from(error: event_store::StoreError) -> Self {
        Self::fault(&error)
    }
}

/// Converts the errors that every command shares; `refusal` maps the aggregate's own.
pub fn of_command<R>(error: CommandError<R>, refusal: impl FnOnce(R) -> Problem) -> Problem {
    let outcome = Some(outcome_of(&error));
    let problem = told(error, refusal);
    Problem { outcome, ..problem }
}

fn outcome_of<R>(error: &CommandError<R>) -> Outcome {
    match error {
        CommandError::Refused(_)
        | CommandError::NotFound
        | CommandError::Forbidden
        | CommandError::KeyReused => Outcome::Refused,
        CommandError::Stale => Outcome::Conflict,
        CommandError::Contended => Outcome::Contended,
        CommandError::Fault(_) => Outcome::Fault,
    }
}

fn told<R>(error: CommandError<R>, refusal: impl FnOnce(R) -> Problem) -> Problem {
    match error {
        CommandError::Refused(own) => refusal(own),
        CommandError::NotFound => Problem::not_found(),
        CommandError::Forbidden => Problem::forbidden(),
        CommandError::Stale => ProblemType::StaleVersion.into(),
        CommandError::KeyReused => ProblemType::IdempotencyKeyReused.into(),
        CommandError::Contended => ProblemType::Contended.into(),
        CommandError::Fault(fault) => Problem::fault(&fault),
    }
}

/// Returns whether nothing failed, and too many asked for the same at once.
fn is_overload(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<HashingBusy>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// The error and its causes in one line, without repeating any.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
