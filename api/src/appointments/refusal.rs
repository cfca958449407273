//! Problems of appointments' refusals.

use domain::appointment::AppointmentRefusal as Refusal;

use crate::http::problem::Problem;
use crate::http::problem_type::ProblemType;

/// 403 where the role forbids it, 409 where the present state does, 422 where the wish itself breaks
/// a rule.
pub fn refusal(refusal: Refusal) -> Problem {
    match refusal {
        // The caller need not know that another patient has such a visit.
        Refusal::NotFound | Refusal::FollowsAnotherPatient => Problem::not_found(),
        Refusal::NothingToFollow { status } => Problem::titled(
            ProblemType::NothingToFollow,
            format!("The earlier visit is {status}: only one that took place can be followed up."),
        ),
        Refusal::AlreadyExists => ProblemType::AppointmentAlreadyExists.into(),
        Refusal::SlotAlreadyTaken => ProblemType::SlotAlreadyTaken.into(),
        Refusal::DoctorOnLeave => ProblemType::DoctorOnLeave.into(),
        Refusal::PatientAlreadyBooked => ProblemType::PatientAlreadyBooked.into(),
        Refusal::NotAwaitingPayment { status } => Problem::titled(
            ProblemType::NotAwaitingPayment,
            format!("The appointment is {status} and awaits no payment."),
        ),
        Refusal::AlreadyPaid => ProblemType::AlreadyPaid.into(),
        Refusal::TooManyHolds { max } => Problem::titled(
            ProblemType::TooManyHolds,
            format!("At most {max} slots are held at a time: pay for one, or cancel it."),
        ),
        Refusal::TooManyBookings { max } => Problem::titled(
            ProblemType::TooManyBookings,
            format!(
                "An account books at most {max} times a day: book on, tomorrow, or by telephone."
            ),
        ),
        Refusal::EmergenciesNotAccepted => ProblemType::EmergenciesNotAccepted.into(),
        Refusal::TooManyOpenEmergencies { max } => Problem::titled(
            ProblemType::TooManyOpenEmergencies,
            format!("At most {max} emergency visits are open at a time."),
        ),
        Refusal::TooManyEmergenciesToday { max } => Problem::titled(
            ProblemType::TooManyEmergenciesToday,
            format!("At most {max} emergencies are booked a day."),
        ),
        Refusal::NoSlotForEmergency => ProblemType::NoSlotForEmergency.into(),
        Refusal::EmergencyUnpaid => ProblemType::EmergencyUnpaid.into(),
        Refusal::BillOverdue => ProblemType::BillOverdue.into(),
        Refusal::HoldEnded => ProblemType::HoldEnded.into(),
        Refusal::HoldStillRunning => ProblemType::HoldStillRunning.into(),
        Refusal::AlreadyEnded { status } => Problem::titled(
            ProblemType::AppointmentAlreadyEnded,
            format!("The appointment is already {status}."),
        ),
        Refusal::AlreadyStarted => ProblemType::AppointmentAlreadyStarted.into(),
        Refusal::NotForThisRole | Refusal::OverrideNotForThisRole => Problem::forbidden(),
        Refusal::WithAnotherDoctor => ProblemType::AnotherDoctor.into(),
        Refusal::AtAnotherClinic => ProblemType::AnotherClinic.into(),
        Refusal::OverrideNeedsReason => ProblemType::OverrideNeedsReason.into(),
        Refusal::PartyNotNamed => ProblemType::PartyNotNamed.into(),
        Refusal::NotConfirmed { status } => Problem::titled(
            ProblemType::AppointmentNotConfirmed,
            format!("The appointment is {status} and not confirmed."),
        ),
        Refusal::NotArrived { status } => Problem::titled(
            ProblemType::PatientNotArrived,
            format!("The appointment is {status} and the patient has not arrived."),
        ),
        Refusal::NotInProgress { status } => Problem::titled(
            ProblemType::VisitNotInProgress,
            format!("The appointment is {status} and not in progress."),
        ),
        Refusal::BeforeDayOfVisit => ProblemType::BeforeDayOfVisit.into(),
        Refusal::SlotNotBegun => ProblemType::SlotNotBegun.into(),
        Refusal::AlreadyArrived => ProblemType::PatientAlreadyArrived.into(),
        Refusal::DoctorNotVerified => ProblemType::DoctorNotVerified.into(),
        Refusal::DoctorSuspended => ProblemType::DoctorSuspended.into(),
        Refusal::DoctorNotAtClinic => ProblemType::DoctorNotAtClinic.into(),
        Refusal::SlotInPast => ProblemType::SlotInPast.into(),
        Refusal::SlotBeyondHorizon { horizon_days } => Problem::titled(
            ProblemType::SlotBeyondHorizon,
            format!("Slots can be booked {horizon_days} days ahead."),
        ),
        Refusal::ClinicClosed => ProblemType::ClinicClosed.into(),
        Refusal::SlotOutsideHours => ProblemType::SlotOutsideHours.into(),
        Refusal::SlotOffGrid => ProblemType::SlotOffGrid.into(),
    }
}
