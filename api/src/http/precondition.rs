//! `ETag` and `If-Match`: an edit says which version it was made from.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::IF_MATCH;
use actix_web::{FromRequest, HttpRequest};
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterIn};

use super::problem::Problem;
use super::problem_type::ProblemType;
use super::schemas::{header_parameter, pattern};

/// The form of an entity tag that this server gives out.
pub const ETAG_FORM: &str = "^\"[1-9][0-9]{0,18}\"$";

/// The version that an edit insists on. The header is required: an edit without it could undo
/// another client's (RFC 6585 §3).
pub struct IfMatch(pub i64);

/// The version that a change may insist on, if the client sends one.
pub struct MaybeIfMatch(pub Option<i64>);

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(version(request).map(Self).ok_or_else(required))
    }
}

impl FromRequest for MaybeIfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(version(request))))
    }
}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about = "The ETag that you have read";
        vec![header_parameter(
            "If-Match",
            about,
            Required::True,
            pattern(ETAG_FORM),
        )]
    }
}

impl IntoParams for MaybeIfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about = "The ETag that you have read; the change is refused if it has changed since";
        vec![header_parameter(
            "If-Match",
            about,
            Required::False,
            pattern(ETAG_FORM),
        )]
    }
}

/// The entity tag of a version (RFC 9110 §8.8.3).
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

fn version(request: &HttpRequest) -> Option<i64> {
    let header = request.headers().get(IF_MATCH)?;
    let tag = header.to_str().ok().map(str::trim).and_then(|tag| {
        let digits = tag.strip_prefix('"')?.strip_suffix('"')?;
        digits
            .parse::<i64>()
            .ok()
            .filter(|version| etag(*version) == tag)
    });
    // A tag that this server never gave out matches nothing (RFC 9110 §13.1.1).
    Some(tag.unwrap_or(-1))
}

fn required() -> Problem {
    ProblemType::IfMatchRequired.into()
}
