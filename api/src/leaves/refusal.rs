//! What a refusal of a leave is over HTTP.

use commands::leaves::{ExpectedVisit, LeaveNotGranted};
use domain::leave::LeaveRefusal;

use crate::appointments;
use crate::http::problem::{Clash, Problem};

/// 409 where the present state forbids it, 422 where the wish itself breaks a rule.
pub fn refusal(refusal: LeaveNotGranted) -> Problem {
    match refusal {
        LeaveNotGranted::Rule(rule) => of_rule(rule),
        LeaveNotGranted::OverVisits(visits) => Problem::conflict(
            "leave-over-visits",
            "The doctor is expected at visits in that time.",
        )
        .over(visits.into_iter().map(clash).collect()),
        LeaveNotGranted::TooManyVisits { max } => Problem::conflict(
            "too-many-visits",
            format!("A leave calls off at most {max} visits; plan several shorter ones."),
        ),
    }
}

fn of_rule(rule: LeaveRefusal) -> Problem {
    match rule {
        LeaveRefusal::NotFound => Problem::not_found(),
        LeaveRefusal::AlreadyExists => {
            Problem::conflict("leave-already-exists", "The leave already exists.")
        }
        LeaveRefusal::AlreadyOver => Problem::conflict("leave-over", "The leave is over."),
        LeaveRefusal::OverlapsLeave => Problem::conflict(
            "leave-overlaps-leave",
            "The doctor is on leave already at that time.",
        ),
        LeaveRefusal::BeginsInPast => {
            Problem::unprocessable("leave-in-past", "The leave would have begun already.")
        }
        LeaveRefusal::TooLong { max_days } => Problem::unprocessable(
            "leave-too-long",
            format!("A leave lasts at most {max_days} days."),
        ),
        LeaveRefusal::BetweenMinutes => Problem::unprocessable(
            "leave-between-minutes",
            "A leave begins and ends on a full minute.",
        ),
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
