//! Decisions of a patient's allergies: one function per command.

use chrono::{DateTime, Utc};

use super::command::{
    AllergyListCommand, CorrectAllergy, EndAllergy, MarkAllergyEnteredInError, RecordAllergy,
};
use super::content::AllergyContent;
use super::error::AllergyListRefusal;
use super::event::{
    AllergyCorrected, AllergyEnded, AllergyEndedPhi, AllergyEnteredInError, AllergyListEvent,
    AllergyRecorded,
};
use super::state::{AllergyEntry, AllergyList, AllergyStatus};
use crate::decision::Decision;
use crate::phi::Phi;
use crate::record::EnteredInErrorPhi;
use crate::values::AllergyId;

/// The most allergies that are ever recorded of one patient.
pub const MAX_ALLERGIES: usize = 200;

/// Returns the events that follow from a command.
///
/// # Errors
/// The [`AllergyListRefusal`] that forbids it.
pub fn decide(list: &AllergyList, command: AllergyListCommand) -> Decision<AllergyList> {
    match command {
        AllergyListCommand::Record(command) => record(list, command),
        AllergyListCommand::Correct(command) => correct(list, command),
        AllergyListCommand::End(command) => end(list, command),
        AllergyListCommand::MarkEnteredInError(command) => mark_entered_in_error(list, command),
    }
}

fn record(list: &AllergyList, command: RecordAllergy) -> Decision<AllergyList> {
    let RecordAllergy {
        allergy,
        patient,
        doctor,
        content,
        by,
        at,
    } = command;
    if list.entries.contains_key(&allergy) {
        return Err(AllergyListRefusal::AlreadyExists);
    }
    if list.entries.len() >= MAX_ALLERGIES {
        return Err(AllergyListRefusal::TooMany { max: MAX_ALLERGIES });
    }
    check(&content, at)?;
    Ok(vec![AllergyListEvent::Recorded(AllergyRecorded {
        allergy,
        patient,
        doctor,
        by,
        at,
        subject: patient.subject(),
        phi: Phi::Clear(content),
    })])
}

fn correct(list: &AllergyList, command: CorrectAllergy) -> Decision<AllergyList> {
    let CorrectAllergy {
        allergy,
        patient,
        doctor,
        content,
        by,
        at,
    } = command;
    let corrects = active(list, allergy)?.revision;
    check(&content, at)?;
    Ok(vec![AllergyListEvent::Corrected(AllergyCorrected {
        allergy,
        corrects,
        patient,
        doctor,
        by,
        at,
        subject: patient.subject(),
        phi: Phi::Clear(content),
    })])
}

fn end(list: &AllergyList, command: EndAllergy) -> Decision<AllergyList> {
    let EndAllergy {
        allergy,
        patient,
        reason,
        by,
        at,
    } = command;
    if known(list, allergy)?.status == AllergyStatus::Ended {
        return Ok(Vec::new());
    }
    active(list, allergy)?;
    Ok(vec![AllergyListEvent::Ended(AllergyEnded {
        allergy,
        patient,
        by,
        at,
        subject: patient.subject(),
        phi: Phi::Clear(AllergyEndedPhi { reason }),
    })])
}

fn mark_entered_in_error(
    list: &AllergyList,
    command: MarkAllergyEnteredInError,
) -> Decision<AllergyList> {
    let MarkAllergyEnteredInError {
        allergy,
        patient,
        reason,
        by,
        at,
    } = command;
    if known(list, allergy)?.status == AllergyStatus::EnteredInError {
        return Ok(Vec::new());
    }
    Ok(vec![AllergyListEvent::EnteredInError(
        AllergyEnteredInError {
            allergy,
            patient,
            by,
            at,
            subject: patient.subject(),
            phi: Phi::Clear(EnteredInErrorPhi { reason }),
        },
    )])
}

/// A clinic's day may have begun before the same day in UTC, so the day after is accepted, too.
fn check(content: &AllergyContent, at: DateTime<Utc>) -> Result<(), AllergyListRefusal> {
    let today = at.date_naive();
    let latest = today.succ_opt().unwrap_or(today);
    if content.noted_on.is_some_and(|day| day > latest) {
        return Err(AllergyListRefusal::NotedInFuture);
    }
    Ok(())
}

fn known(list: &AllergyList, allergy: AllergyId) -> Result<&AllergyEntry, AllergyListRefusal> {
    list.entries
        .get(&allergy)
        .ok_or(AllergyListRefusal::NotFound)
}

fn active(list: &AllergyList, allergy: AllergyId) -> Result<&AllergyEntry, AllergyListRefusal> {
    let entry = known(list, allergy)?;
    match entry.status {
        AllergyStatus::Active => Ok(entry),
        AllergyStatus::Ended => Err(AllergyListRefusal::Ended),
        AllergyStatus::EnteredInError => Err(AllergyListRefusal::EnteredInError),
    }
}
