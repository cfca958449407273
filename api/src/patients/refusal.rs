//! What a refusal of a patient is over HTTP.

use domain::patient::PatientRefusal as Refusal;

use crate::http::problem::Problem;

/// 409 where the present state forbids it.
pub fn refusal(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NotFound => Problem::not_found(),
        Refusal::AlreadyRegistered => Problem::conflict(
            "patient-already-registered",
            "The patient is already registered.",
        ),
        Refusal::TooManyProxies { max } => Problem::conflict(
            "too-many-proxies",
            format!("A patient has at most {max} proxies."),
        ),
    }
}
