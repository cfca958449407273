//! Problems of patients' refusals.

use domain::patient::PatientRefusal as Refusal;

use crate::http::problem::Problem;
use crate::http::problem_type::ProblemType;

/// 409 where the present state forbids it.
pub fn refusal(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NotFound => Problem::not_found(),
        Refusal::AlreadyRegistered => ProblemType::PatientAlreadyRegistered.into(),
        Refusal::ProxyWithoutPatientRole => ProblemType::ProxyWithoutPatientRole.into(),
        Refusal::ProxyIsOwnAccount => ProblemType::ProxyIsOwnAccount.into(),
        Refusal::ProxyNeedsEvidence => ProblemType::ProxyNeedsEvidence.into(),
        Refusal::TooManyProxies { max } => Problem::titled(
            ProblemType::TooManyProxies,
            format!("A patient has at most {max} proxies."),
        ),
    }
}
