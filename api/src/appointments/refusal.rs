//! What a refusal of an appointment is over HTTP.

use domain::appointment::AppointmentRefusal as Refusal;

use crate::http::problem::Problem;

/// 403 where the role forbids it, 409 where the present state does, 422 where the wish itself breaks
/// a rule.
pub fn refusal(refusal: Refusal) -> Problem {
    match refusal {
        // Whoever books need not know that another patient has such a visit.
        Refusal::NotFound | Refusal::FollowsAnotherPatient => Problem::not_found(),
        Refusal::NothingToFollow { status } => Problem::conflict(
            "nothing-to-follow",
            format!("The earlier visit is {status}: only one that took place can be followed up."),
        ),
        Refusal::AlreadyExists => Problem::conflict(
            "appointment-already-exists",
            "The appointment already exists.",
        ),
        Refusal::SlotAlreadyTaken => {
            Problem::conflict("slot-already-taken", "Somebody else has this slot.")
        }
        Refusal::DoctorOnLeave => {
            Problem::conflict("doctor-on-leave", "The doctor is on leave at that time.")
        }
        Refusal::PatientAlreadyBooked => Problem::conflict(
            "patient-already-booked",
            "The patient has another appointment at that time.",
        ),
        Refusal::NotAwaitingPayment { status } => Problem::conflict(
            "not-awaiting-payment",
            format!("The appointment is {status} and awaits no payment."),
        ),
        Refusal::AlreadyPaid => {
            Problem::conflict("already-paid", "The appointment is paid for already.")
        }
        Refusal::HoldEnded => Problem::conflict("hold-ended", "The hold on the slot has ended."),
        Refusal::HoldStillRunning => Problem::conflict(
            "hold-still-running",
            "The hold on the slot is still running.",
        ),
        Refusal::AlreadyEnded { status } => Problem::conflict(
            "appointment-already-ended",
            format!("The appointment is already {status}."),
        ),
        Refusal::AlreadyStarted => Problem::conflict(
            "appointment-already-started",
            "The visit has already started.",
        ),
        Refusal::NotForThisRole | Refusal::OverrideNotForThisRole => Problem::forbidden(),
        Refusal::WithAnotherDoctor => Problem::unprocessable(
            "another-doctor",
            "With another doctor it is another visit: cancel this one and book that one.",
        ),
        Refusal::AtAnotherClinic => Problem::unprocessable(
            "another-clinic",
            "At another clinic it is another visit: cancel this one and book that one.",
        ),
        Refusal::OverrideNeedsReason => Problem::unprocessable(
            "override-needs-reason",
            "Whoever acts in the doctor's place says why.",
        ),
        Refusal::NotConfirmed { status } => Problem::conflict(
            "appointment-not-confirmed",
            format!("The appointment is {status} and not confirmed."),
        ),
        Refusal::NotArrived { status } => Problem::conflict(
            "patient-not-arrived",
            format!("The appointment is {status} and the patient has not arrived."),
        ),
        Refusal::NotInProgress { status } => Problem::conflict(
            "visit-not-in-progress",
            format!("The appointment is {status} and not in progress."),
        ),
        Refusal::BeforeDayOfVisit => {
            Problem::conflict("before-day-of-visit", "The visit is on a later day.")
        }
        Refusal::SlotNotBegun => Problem::conflict("slot-not-begun", "The slot has not begun."),
        Refusal::AlreadyArrived => {
            Problem::conflict("patient-already-arrived", "The patient has arrived.")
        }
        Refusal::DoctorNotVerified => {
            Problem::unprocessable("doctor-not-verified", "The doctor is not verified yet.")
        }
        Refusal::DoctorSuspended => {
            Problem::unprocessable("doctor-suspended", "The doctor takes no bookings for now.")
        }
        Refusal::DoctorNotAtClinic => Problem::unprocessable(
            "doctor-not-at-clinic",
            "The doctor does not work at this clinic.",
        ),
        Refusal::SlotInPast => Problem::unprocessable("slot-in-past", "The slot has begun."),
        Refusal::SlotBeyondHorizon { horizon_days } => Problem::unprocessable(
            "slot-beyond-horizon",
            format!("Slots can be booked {horizon_days} days ahead."),
        ),
        Refusal::ClinicClosed => {
            Problem::unprocessable("clinic-closed", "The clinic is closed on that day.")
        }
        Refusal::SlotOutsideHours => Problem::unprocessable(
            "slot-outside-hours",
            "The doctor does not see patients at that time.",
        ),
        Refusal::SlotOffGrid => {
            Problem::unprocessable("slot-off-grid", "No slot begins at that time.")
        }
    }
}
