//! What a refusal of a clinic is over HTTP.

use domain::clinic::ClinicRefusal as Refusal;

use crate::http::calendar_day::not_plannable;
use crate::http::problem::Problem;

/// 409 where the present state forbids it, 422 where the wish itself breaks a rule.
pub fn refusal(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NotFound => Problem::not_found(),
        Refusal::AlreadyOpen => {
            Problem::conflict("clinic-already-open", "The clinic is already open.")
        }
        Refusal::NotPlannable(own) => not_plannable(own),
        Refusal::TooManyHolidays { max } => Problem::conflict(
            "too-many-holidays",
            format!("A clinic has at most {max} holidays to come."),
        ),
    }
}
