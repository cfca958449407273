//! Ids in paths: a malformed one is answered like an unknown one would be, but as what it is.

use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::problem::{Flaw, Problem};

/// A typed id from the path segment `{id}`.
pub struct Id<T>(pub T);

impl<T: FromStr> FromRequest for Id<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(segment(request, "id").map(Self))
    }
}

/// A typed id from any named path segment.
pub fn segment<T: FromStr>(request: &HttpRequest, name: &str) -> Result<T, Problem> {
    request.match_info().query(name).parse().map_err(|_| {
        let flaw = Flaw {
            pointer: name.to_owned(),
            detail: "not a UUID".to_owned(),
        };
        Problem::malformed(vec![flaw])
    })
}
