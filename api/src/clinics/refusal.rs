//! What a refusal of a clinic is over HTTP.

use domain::clinic::ClinicRefusal as Refusal;

use crate::http::problem::Problem;

/// 409 where the present state forbids it.
pub fn refusal(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NotFound => Problem::not_found(),
        Refusal::AlreadyOpen => {
            Problem::conflict("clinic-already-open", "The clinic is already open.")
        }
    }
}
