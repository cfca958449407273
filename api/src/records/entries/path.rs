//! A patient and an entry of the record, from the path.

use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use domain::PatientId;

use crate::http::ids::segment;
use crate::http::problem::Problem;

/// A patient and an entry of the record, from the path segments `{id}` and `{entryId}`.
pub struct EntryPath<T> {
    pub(crate) patient: PatientId,
    pub(crate) entry: T,
}

impl<T: FromStr> FromRequest for EntryPath<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(segment(request, "id").and_then(|patient| {
            let entry = segment(request, "entryId")?;
            Ok(Self { patient, entry })
        }))
    }
}
