//! Problems of refusals of health summaries.

use commands::records::RecordRefusal;
use domain::health_summary::HealthSummaryRefusal as Refusal;

use crate::http::problem::{Flaw, Problem};
use crate::http::problem_type::ProblemType;
use crate::records::refusal::of_record;

/// 409 where the present state forbids it, 422 where a value breaks a rule.
pub fn of_summary(refusal: RecordRefusal<Refusal>) -> Problem {
    of_record(refusal, of_rule)
}

fn of_rule(rule: Refusal) -> Problem {
    let invalid = |pointer| Problem::invalid(vec![Flaw::at(pointer, rule.to_string())]);
    match rule {
        Refusal::NotFound => Problem::not_found(),
        Refusal::AlreadyAdded => ProblemType::EntryAlreadyRecorded.into(),
        Refusal::EnteredInError => ProblemType::EnteredInError.into(),
        Refusal::TooManyItems { max } => Problem::titled(
            ProblemType::TooManySummaryItems,
            format!("A health summary has at most {max} items."),
        ),
        Refusal::AlreadyEnded => ProblemType::SummaryItemEnded.into(),
        Refusal::DoesNotEnd { .. } => ProblemType::SummaryItemDoesNotEnd.into(),
        Refusal::InFuture | Refusal::OtherKind { .. } => invalid("/content"),
        Refusal::EndsInFuture => invalid("/endedOn"),
    }
}
