//! Decisions of vital signs: one function per command.

use chrono::{DateTime, Datelike as _, Utc};

use super::command::{CorrectVitals, EnterVitalsInError, RecordVitals, VitalsCommand};
use super::error::VitalsRefusal;
use super::event::{
    VitalsCorrected, VitalsCorrectedPhi, VitalsEnteredInError, VitalsEvent, VitalsRecorded,
    VitalsRecordedPhi,
};
use super::state::{RecordedVitals, Vitals};
use crate::decision::Decision;
use crate::phi::Phi;
use crate::record::EnteredInErrorPhi;
use crate::values::{Actor, BirthDate, Role};

/// Returns the events that follow from a command.
///
/// # Errors
/// The [`VitalsRefusal`] that forbids it.
pub fn decide(vitals: &Vitals, command: VitalsCommand) -> Decision<Vitals> {
    match command {
        VitalsCommand::Record(command) => record(vitals, command),
        VitalsCommand::Correct(command) => correct(vitals, command),
        VitalsCommand::EnterInError(command) => enter_in_error(vitals, command),
    }
}

fn record(vitals: &Vitals, command: RecordVitals) -> Decision<Vitals> {
    if vitals.recorded().is_some() {
        return Err(VitalsRefusal::AlreadyRecorded);
    }
    let RecordVitals {
        vitals,
        patient,
        taken_at,
        appointment,
        clinic,
        measurements,
        sensitivity,
        doctor,
        by,
        at,
    } = command;
    check_time(taken_at, at)?;
    Ok(vec![VitalsEvent::Recorded(VitalsRecorded {
        vitals,
        patient,
        taken_at,
        appointment,
        clinic,
        doctor,
        by,
        at,
        subject: patient.subject(),
        phi: Phi::Clear(VitalsRecordedPhi {
            measurements,
            sensitivity,
        }),
    })])
}

/// Is recorded even if it changes nothing: to compare, the state would have to hold personal data.
fn correct(vitals: &Vitals, command: CorrectVitals) -> Decision<Vitals> {
    let CorrectVitals {
        taken_at,
        measurements,
        sensitivity,
        reason,
        doctor,
        by,
        at,
    } = command;
    let recorded = match vitals {
        Vitals::Unrecorded => return Err(VitalsRefusal::NotFound),
        Vitals::EnteredInError(_) => return Err(VitalsRefusal::EnteredInError),
        Vitals::Recorded(recorded) => recorded,
    };
    check_author(recorded, by)?;
    check_time(taken_at, at)?;
    Ok(vec![VitalsEvent::Corrected(VitalsCorrected {
        vitals: recorded.vitals,
        patient: recorded.patient,
        corrects: recorded.revision,
        revision: recorded.revision.saturating_add(1),
        taken_at,
        doctor,
        by,
        at,
        subject: recorded.patient.subject(),
        phi: Phi::Clear(VitalsCorrectedPhi {
            measurements,
            reason,
            sensitivity,
        }),
    })])
}

fn enter_in_error(vitals: &Vitals, command: EnterVitalsInError) -> Decision<Vitals> {
    let EnterVitalsInError {
        reason,
        doctor,
        by,
        at,
    } = command;
    let recorded = vitals.recorded().ok_or(VitalsRefusal::NotFound)?;
    check_author(recorded, by)?;
    if let Vitals::EnteredInError(_) = vitals {
        return Ok(vec![]);
    }
    Ok(vec![VitalsEvent::EnteredInError(VitalsEnteredInError {
        vitals: recorded.vitals,
        patient: recorded.patient,
        corrects: recorded.revision,
        revision: recorded.revision.saturating_add(1),
        doctor,
        by,
        at,
        subject: recorded.patient.subject(),
        phi: Phi::Clear(EnteredInErrorPhi { reason }),
    })])
}

fn check_author(recorded: &RecordedVitals, by: Actor) -> Result<(), VitalsRefusal> {
    if by.role() == Some(Role::Patient) && !recorded.is_patients_own {
        return Err(VitalsRefusal::RecordedByStaff);
    }
    Ok(())
}

fn check_time(taken_at: DateTime<Utc>, at: DateTime<Utc>) -> Result<(), VitalsRefusal> {
    if taken_at > at {
        return Err(VitalsRefusal::TakenInFuture);
    }
    if taken_at.year() < BirthDate::FIRST_YEAR {
        return Err(VitalsRefusal::TakenTooLongAgo);
    }
    Ok(())
}
