//! Problems of refusals of vital signs.

use commands::records::RecordRefusal;
use domain::vitals::VitalsRefusal;

use crate::http::problem::{Flaw, Problem};
use crate::http::problem_type::ProblemType;
use crate::records::refusal::of_record;

/// 409 where the present state forbids it, 422 where a value breaks a rule.
pub fn of_vitals(refusal: RecordRefusal<VitalsRefusal>) -> Problem {
    of_record(refusal, |rule| match rule {
        VitalsRefusal::NotFound => Problem::not_found(),
        VitalsRefusal::AlreadyRecorded => ProblemType::EntryAlreadyRecorded.into(),
        VitalsRefusal::EnteredInError => ProblemType::EnteredInError.into(),
        VitalsRefusal::RecordedByStaff => Problem::titled(
            ProblemType::Forbidden,
            "Staff recorded this; a patient changes only what patients recorded.",
        ),
        VitalsRefusal::TakenInFuture | VitalsRefusal::TakenTooLongAgo => {
            Problem::invalid(vec![Flaw::at("/takenAt", rule.to_string())])
        }
    })
}
