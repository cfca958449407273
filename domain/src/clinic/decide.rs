//! How a clinic makes up its mind: one function per command.

use super::command::{ClinicCommand, OpenClinic, RenameClinic};
use super::error::ClinicRefusal;
use super::event::{ClinicEvent, ClinicOpened, ClinicRenamed};
use super::state::Clinic;

type Decision = Result<Vec<ClinicEvent>, ClinicRefusal>;

/// The events that follow from a command, or what forbids it.
///
/// # Errors
/// The [`ClinicRefusal`] that names the fact.
pub fn decide(clinic: &Clinic, command: ClinicCommand) -> Decision {
    match command {
        ClinicCommand::Open(command) => open(clinic, command),
        ClinicCommand::Rename(command) => rename(clinic, command),
    }
}

fn open(clinic: &Clinic, command: OpenClinic) -> Decision {
    if let Clinic::Open(_) = clinic {
        return Err(ClinicRefusal::AlreadyOpen);
    }
    let OpenClinic {
        clinic,
        name,
        zone,
        city,
        currency,
        by,
        at,
    } = command;
    let opened = ClinicOpened {
        clinic,
        name,
        zone,
        city,
        currency,
        by,
        at,
    };
    Ok(vec![ClinicEvent::Opened(opened)])
}

fn rename(clinic: &Clinic, command: RenameClinic) -> Decision {
    let Clinic::Open(clinic) = clinic else {
        return Err(ClinicRefusal::NotFound);
    };
    if (&clinic.name, &clinic.city) == (&command.name, &command.city) {
        return Ok(vec![]);
    }
    let RenameClinic { name, city, by, at } = command;
    let renamed = ClinicRenamed {
        clinic: clinic.facts.clinic,
        name,
        city,
        by,
        at,
    };
    Ok(vec![ClinicEvent::Renamed(renamed)])
}
