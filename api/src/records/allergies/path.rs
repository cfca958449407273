//! A patient and an allergy, from the path.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use domain::{AllergyId, PatientId};

use crate::http::ids::segment;
use crate::http::problem::Problem;

/// A patient and an allergy, from the path.
pub struct AllergyPath {
    pub patient: PatientId,
    pub allergy: AllergyId,
}

impl FromRequest for AllergyPath {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(segment(request, "id").and_then(|patient| {
            let allergy = segment(request, "allergyId")?;
            Ok(Self { patient, allergy })
        }))
    }
}
