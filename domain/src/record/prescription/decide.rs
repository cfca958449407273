//! Decisions of a prescription: one function per command.

use super::command::{
    AmendPrescription, CancelPrescription, IssuePrescription, MarkPrescriptionEnteredInError,
    Prescribed, PrescriptionCommand,
};
use super::error::PrescriptionRefusal;
use super::event::{
    PrescriptionAmended, PrescriptionAmendedPhi, PrescriptionCancelled, PrescriptionCancelledPhi,
    PrescriptionEnteredInError, PrescriptionEvent, PrescriptionIssued, PrescriptionIssuedPhi,
};
use super::state::{IssuedPrescription, Prescription, PrescriptionStatus};
use super::warning::Warning;
use crate::decision::Decision;
use crate::phi::Phi;
use crate::record::EnteredInErrorPhi;

/// Returns the events that follow from a command.
///
/// # Errors
/// The [`PrescriptionRefusal`] that forbids it.
pub fn decide(prescription: &Prescription, command: PrescriptionCommand) -> Decision<Prescription> {
    match command {
        PrescriptionCommand::Issue(command) => issue(prescription, command),
        PrescriptionCommand::Amend(command) => amend(issued(prescription)?, command),
        PrescriptionCommand::Cancel(command) => cancel(issued(prescription)?, command),
        PrescriptionCommand::MarkEnteredInError(command) => {
            Ok(mark_entered_in_error(issued(prescription)?, command))
        }
    }
}

fn issue(prescription: &Prescription, command: IssuePrescription) -> Decision<Prescription> {
    let IssuePrescription {
        prescription: id,
        patient,
        doctor,
        clinic,
        appointment,
        prescribed,
        by,
        at,
    } = command;
    if prescription.issued().is_some() {
        return Err(PrescriptionRefusal::AlreadyExists);
    }
    let phi = Phi::Clear(accepted(prescribed)?);
    Ok(vec![PrescriptionEvent::Issued(PrescriptionIssued {
        prescription: id,
        patient,
        doctor,
        clinic,
        appointment,
        by,
        at,
        subject: patient.subject(),
        phi,
    })])
}

fn amend(prescription: &IssuedPrescription, command: AmendPrescription) -> Decision<Prescription> {
    let AmendPrescription {
        doctor,
        prescribed,
        reason,
        by,
        at,
    } = command;
    active(prescription)?;
    let PrescriptionIssuedPhi {
        lines,
        overridden,
        sensitivity,
    } = accepted(prescribed)?;
    let patient = prescription.patient;
    let phi = Phi::Clear(PrescriptionAmendedPhi {
        lines,
        reason,
        overridden,
        sensitivity,
    });
    Ok(vec![PrescriptionEvent::Amended(PrescriptionAmended {
        prescription: prescription.prescription,
        amends: prescription.revision,
        patient,
        doctor,
        by,
        at,
        subject: patient.subject(),
        phi,
    })])
}

fn cancel(
    prescription: &IssuedPrescription,
    command: CancelPrescription,
) -> Decision<Prescription> {
    let CancelPrescription { reason, by, at } = command;
    if prescription.status == PrescriptionStatus::Cancelled {
        return Ok(Vec::new());
    }
    active(prescription)?;
    let patient = prescription.patient;
    Ok(vec![PrescriptionEvent::Cancelled(PrescriptionCancelled {
        prescription: prescription.prescription,
        patient,
        by,
        at,
        subject: patient.subject(),
        phi: Phi::Clear(PrescriptionCancelledPhi { reason }),
    })])
}

fn mark_entered_in_error(
    prescription: &IssuedPrescription,
    command: MarkPrescriptionEnteredInError,
) -> Vec<PrescriptionEvent> {
    let MarkPrescriptionEnteredInError { reason, by, at } = command;
    if prescription.status == PrescriptionStatus::EnteredInError {
        return Vec::new();
    }
    let patient = prescription.patient;
    vec![PrescriptionEvent::EnteredInError(
        PrescriptionEnteredInError {
            prescription: prescription.prescription,
            patient,
            by,
            at,
            subject: patient.subject(),
            phi: Phi::Clear(EnteredInErrorPhi { reason }),
        },
    )]
}

/// Returns the content with those overridden warnings that exist, if no other warning is left.
fn accepted(prescribed: Prescribed) -> Result<PrescriptionIssuedPhi, PrescriptionRefusal> {
    let Prescribed {
        lines,
        warnings,
        overridden,
        sensitivity,
    } = prescribed;
    let overridden = overridden.and_then(|overridden| overridden.narrowed_to(&warnings));
    let is_overridden = |warning: &Warning| {
        let mut overridden = overridden.iter();
        overridden.any(|overridden| overridden.warnings.contains(warning))
    };
    if warnings.iter().all(is_overridden) {
        Ok(PrescriptionIssuedPhi {
            lines,
            overridden,
            sensitivity,
        })
    } else {
        Err(PrescriptionRefusal::Warnings(warnings))
    }
}

fn active(prescription: &IssuedPrescription) -> Result<(), PrescriptionRefusal> {
    match prescription.status {
        PrescriptionStatus::Active => Ok(()),
        PrescriptionStatus::Cancelled => Err(PrescriptionRefusal::Cancelled),
        PrescriptionStatus::EnteredInError => Err(PrescriptionRefusal::EnteredInError),
    }
}

fn issued(prescription: &Prescription) -> Result<&IssuedPrescription, PrescriptionRefusal> {
    prescription.issued().ok_or(PrescriptionRefusal::NotFound)
}
