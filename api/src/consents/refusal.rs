//! Problems of consents' refusals.

use domain::consent::ConsentRefusal as Refusal;

use crate::http::problem::Problem;
use crate::http::problem_type::ProblemType;

/// 409 where the present state forbids it, 422 where the request itself breaks a rule.
pub fn refusal(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NotFound => Problem::not_found(),
        Refusal::AlreadyExists => ProblemType::ConsentAlreadyExists.into(),
        Refusal::EndsInPast => ProblemType::ConsentEndsInPast.into(),
        Refusal::TooMany { max } => Problem::titled(
            ProblemType::TooManyConsents,
            format!("A patient has at most {max} consents in force."),
        ),
    }
}
