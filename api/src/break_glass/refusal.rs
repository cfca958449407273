//! Problems of refusals of emergency accesses.

use domain::break_glass::BreakGlassRefusal as Refusal;

use crate::http::problem::{Flaw, Problem};
use crate::http::problem_type::ProblemType;

/// 409 where the present state forbids it, 422 where the request itself breaks a rule.
pub fn refusal(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NotFound => Problem::not_found(),
        Refusal::AlreadyExists => ProblemType::BreakGlassAlreadyExists.into(),
        Refusal::WrongLength { max_minutes } => {
            let detail = format!("a chart is opened for 1 to {max_minutes} minutes");
            Problem::invalid(vec![Flaw::at("/minutes", detail)])
        }
        Refusal::AlreadyReviewed => ProblemType::BreakGlassAlreadyReviewed.into(),
        Refusal::ReviewedByItself => ProblemType::BreakGlassReviewedByItself.into(),
    }
}
