//! Problems of refusals of erasures.

use domain::erasure::ErasureRefusal as Refusal;

use crate::http::problem::Problem;
use crate::http::problem_type::ProblemType;

/// 409: the present state forbids it.
pub fn refusal(refusal: Refusal) -> Problem {
    let problem = match refusal {
        Refusal::AlreadyRequested => ProblemType::ErasureAlreadyRequested,
        Refusal::NotRequested => ProblemType::ErasureNotRequested,
        Refusal::RequestedByAnother => ProblemType::ErasureRequestedByAnother,
        Refusal::ApprovedByRequester => ProblemType::ErasureApprovedByRequester,
        Refusal::AlreadyApproved => ProblemType::ErasureApproved,
        Refusal::AlreadyErased => ProblemType::PatientErased,
        Refusal::OnLegalHold => ProblemType::LegalHold,
        Refusal::NotOnLegalHold => ProblemType::NoLegalHold,
    };
    problem.into()
}
