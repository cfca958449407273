//! Decisions of a patient's list of current prescriptions.

use super::command::{ListPrescription, MedicationListCommand, RemovePrescription};
use super::event::{MedicationListEvent, PrescriptionListed, PrescriptionRemoved};
use super::state::{MAX_CURRENT, MedicationList, MedicationListRefusal};
use crate::decision::Decision;
use crate::values::PrescriptionId;

/// Returns the events that follow from a command.
///
/// # Errors
/// The [`MedicationListRefusal`] that forbids it.
pub fn decide(list: &MedicationList, command: MedicationListCommand) -> Decision<MedicationList> {
    match command {
        MedicationListCommand::List(command) => self::list(list, command),
        MedicationListCommand::Remove(command) => Ok(remove(list, command)),
    }
}

/// A prescription that is listed already is listed again: it was amended, and a command that is decided at the same
/// moment has to see that.
fn list(list: &MedicationList, command: ListPrescription) -> Decision<MedicationList> {
    let ListPrescription {
        patient,
        prescription,
        over,
        by,
        at,
    } = command;
    let is_over = |id: &PrescriptionId| *id != prescription && over.contains(id);
    let left = list
        .current
        .iter()
        .filter(|id| **id != prescription && !is_over(id));
    if left.count() >= MAX_CURRENT {
        return Err(MedicationListRefusal::TooManyCurrent { max: MAX_CURRENT });
    }
    let removed = list.current.iter().filter(|id| is_over(id)).map(|id| {
        MedicationListEvent::Removed(PrescriptionRemoved {
            patient,
            prescription: *id,
            by,
            at,
        })
    });
    let listed = MedicationListEvent::Listed(PrescriptionListed {
        patient,
        prescription,
        by,
        at,
    });
    Ok(removed.chain([listed]).collect())
}

fn remove(list: &MedicationList, command: RemovePrescription) -> Vec<MedicationListEvent> {
    let RemovePrescription {
        patient,
        prescription,
        by,
        at,
    } = command;
    if !list.current.contains(&prescription) {
        return Vec::new();
    }
    vec![MedicationListEvent::Removed(PrescriptionRemoved {
        patient,
        prescription,
        by,
        at,
    })]
}
