//! Problems of patients' refusals.

use domain::patient::PatientRefusal as Refusal;

use crate::http::problem::Problem;
use crate::http::problem_type::ProblemType;

/// 409 where the present state forbids it.
pub fn refusal(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NotFound => Problem::not_found(),
        Refusal::AlreadyRegistered => ProblemType::PatientAlreadyRegistered.into(),
        Refusal::TooManyProxies { max } => Problem::titled(
            ProblemType::TooManyProxies,
            format!("A patient has at most {max} proxies."),
        ),
    }
}
