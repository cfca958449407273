//! Problems of leaves' refusals.

use commands::leaves::{ExpectedVisit, LeaveNotGranted};
use domain::leave::LeaveRefusal;

use crate::appointments;
use crate::http::problem::{Clash, Problem};
use crate::http::problem_type::ProblemType;

/// 409 where the present state forbids it, 422 where the wish itself breaks a rule.
pub fn refusal(refusal: LeaveNotGranted) -> Problem {
    match refusal {
        LeaveNotGranted::Rule(rule) => of_rule(rule),
        LeaveNotGranted::OverVisits(visits) => Problem::from(ProblemType::LeaveOverVisits)
            .over(visits.into_iter().map(clash).collect()),
        LeaveNotGranted::TooManyVisits { max } => Problem::titled(
            ProblemType::TooManyVisits,
            format!("A leave calls off at most {max} visits; plan several shorter ones."),
        ),
    }
}

fn of_rule(rule: LeaveRefusal) -> Problem {
    match rule {
        LeaveRefusal::NotFound => Problem::not_found(),
        LeaveRefusal::AlreadyExists => ProblemType::LeaveAlreadyExists.into(),
        LeaveRefusal::AlreadyOver => ProblemType::LeaveOver.into(),
        LeaveRefusal::OverlapsLeave => ProblemType::LeaveOverlapsLeave.into(),
        LeaveRefusal::BeginsInPast => ProblemType::LeaveInPast.into(),
        LeaveRefusal::TooLong { max_days } => Problem::titled(
            ProblemType::LeaveTooLong,
            format!("A leave lasts at most {max_days} days."),
        ),
        LeaveRefusal::BetweenMinutes => ProblemType::LeaveBetweenMinutes.into(),
    }
}

/// A visit that stands in the way; where it was to be called off, with what kept it.
fn clash(visit: ExpectedVisit) -> Clash {
    let why = visit.stays.map(appointments::refusal);
    Clash {
        start: visit.slot.start(),
        end: Some(visit.slot.end()),
        appointment_id: Some(visit.appointment),
        slug: why.as_ref().map_or("visit", Problem::slug),
    }
}
