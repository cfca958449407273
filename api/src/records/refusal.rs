//! Problems of refusals on the clinical record.

use commands::records::RecordRefusal;
use domain::allergy_list::AllergyListRefusal;
use domain::note::NoteRefusal;
use domain::prescription::PrescriptionRefusal;

use super::prescriptions::WarningBody;
use crate::http::problem::Problem;
use crate::http::problem_type::ProblemType;

/// 409 where the present state forbids it, 422 where the request itself breaks a rule.
pub fn of_record<R>(refusal: RecordRefusal<R>, rule: impl FnOnce(R) -> Problem) -> Problem {
    match refusal {
        RecordRefusal::Rule(own) => rule(own),
        RecordRefusal::PatientErased => ProblemType::PatientErased.into(),
        RecordRefusal::DoctorNotAtClinic => ProblemType::DoctorNotAtClinic.into(),
        RecordRefusal::OtherAppointment => ProblemType::OtherAppointment.into(),
    }
}

/// The same for notes and their drafts.
pub fn of_note(refusal: RecordRefusal<NoteRefusal>) -> Problem {
    of_record(refusal, |rule| match rule {
        NoteRefusal::NotFound => Problem::not_found(),
        NoteRefusal::AlreadySigned => ProblemType::NoteAlreadySigned.into(),
        NoteRefusal::EnteredInError => ProblemType::NoteEnteredInError.into(),
        NoteRefusal::Empty => ProblemType::NoteEmpty.into(),
        NoteRefusal::VisitInFuture => ProblemType::VisitInFuture.into(),
        NoteRefusal::TooManyAddenda { max } => Problem::titled(
            ProblemType::TooManyAddenda,
            format!("A note has at most {max} addenda."),
        ),
    })
}

/// The same for prescriptions.
pub fn of_prescription(refusal: RecordRefusal<PrescriptionRefusal>) -> Problem {
    of_record(refusal, |rule| match rule {
        PrescriptionRefusal::NotFound => Problem::not_found(),
        PrescriptionRefusal::AlreadyExists => ProblemType::PrescriptionAlreadyExists.into(),
        PrescriptionRefusal::Warnings(warnings) => {
            let warnings = warnings.into_iter().map(WarningBody::from).collect();
            Problem::from(ProblemType::PrescriptionWarnings).warning_of(warnings)
        }
        PrescriptionRefusal::Cancelled => ProblemType::PrescriptionCancelled.into(),
        PrescriptionRefusal::EnteredInError => ProblemType::PrescriptionEnteredInError.into(),
        PrescriptionRefusal::TooManyCurrent { max } => Problem::titled(
            ProblemType::TooManyPrescriptions,
            format!("A patient has at most {max} current prescriptions."),
        ),
    })
}

/// The same for allergies.
pub fn of_allergy(refusal: RecordRefusal<AllergyListRefusal>) -> Problem {
    of_record(refusal, |rule| match rule {
        AllergyListRefusal::NotFound => Problem::not_found(),
        AllergyListRefusal::AlreadyExists => ProblemType::AllergyAlreadyExists.into(),
        AllergyListRefusal::Ended => ProblemType::AllergyEnded.into(),
        AllergyListRefusal::EnteredInError => ProblemType::AllergyEnteredInError.into(),
        AllergyListRefusal::NotedInFuture => ProblemType::NotedInFuture.into(),
        AllergyListRefusal::TooMany { max } => Problem::titled(
            ProblemType::TooManyAllergies,
            format!("At most {max} allergies of a patient are recorded."),
        ),
    })
}
