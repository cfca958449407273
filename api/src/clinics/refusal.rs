//! Problems of clinics' refusals.

use domain::clinic::ClinicRefusal as Refusal;

use crate::http::calendar_day::not_plannable;
use crate::http::problem::Problem;
use crate::http::problem_type::ProblemType;

/// 409 where the present state forbids it, 422 where the wish itself breaks a rule.
pub fn refusal(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NotFound => Problem::not_found(),
        Refusal::AlreadyOpen => ProblemType::ClinicAlreadyOpen.into(),
        Refusal::NotPlannable(own) => not_plannable(own),
        Refusal::TooManyHolidays { max } => Problem::titled(
            ProblemType::TooManyHolidays,
            format!("A clinic has at most {max} holidays to come."),
        ),
    }
}
