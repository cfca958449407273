//! Decisions of a patient: one function per command.

use super::command::{
    AddProxy, ChangeContact, ChangeProfile, PatientCommand, RecordIllnesses, RegisterPatient,
    RemoveProxy,
};
use super::error::PatientRefusal;
use super::event::{
    PatientContactChanged, PatientContactChangedPhi, PatientEvent, PatientIllnessesRecorded,
    PatientIllnessesRecordedPhi, PatientProfileChanged, PatientProxyAdded, PatientProxyRemoved,
    PatientRegistered, PatientRegisteredPhi,
};
use super::state::{Patient, RegisteredPatient};
use crate::decision::Decision;
use crate::phi::Phi;
use crate::values::Role;

/// The most accounts that may act for one patient.
pub const MAX_PROXIES: usize = 10;

/// Returns the events that follow from a command.
///
/// # Errors
/// The [`PatientRefusal`] that forbids it.
pub fn decide(patient: &Patient, command: PatientCommand) -> Decision<Patient> {
    match command {
        PatientCommand::Register(command) => register(patient, command),
        PatientCommand::ChangeContact(command) => Ok(change_contact(registered(patient)?, command)),
        PatientCommand::ChangeProfile(command) => Ok(change_profile(registered(patient)?, command)),
        PatientCommand::RecordIllnesses(command) => {
            Ok(record_illnesses(registered(patient)?, command))
        }
        PatientCommand::AddProxy(command) => add_proxy(registered(patient)?, &command),
        PatientCommand::RemoveProxy(command) => Ok(remove_proxy(registered(patient)?, &command)),
    }
}

fn register(patient: &Patient, command: RegisterPatient) -> Decision<Patient> {
    if let Patient::Registered(_) = patient {
        return Err(PatientRefusal::AlreadyRegistered);
    }
    let RegisterPatient {
        patient,
        name,
        birth_date,
        phone,
        email,
        by,
        at,
    } = command;
    let phi = Phi::Clear(PatientRegisteredPhi {
        name,
        birth_date,
        phone,
        email,
    });
    let registered = PatientRegistered {
        patient,
        by,
        at,
        subject: patient.subject(),
        phi,
    };
    Ok(vec![PatientEvent::Registered(registered)])
}

/// Is recorded even if it changes nothing: to compare, the state would have to hold personal data.
fn change_contact(patient: &RegisteredPatient, command: ChangeContact) -> Vec<PatientEvent> {
    let ChangeContact {
        phone,
        email,
        by,
        at,
    } = command;
    let patient = patient.patient;
    let phi = Phi::Clear(PatientContactChangedPhi { phone, email });
    let changed = PatientContactChanged {
        patient,
        by,
        at,
        subject: patient.subject(),
        phi,
    };
    vec![PatientEvent::ContactChanged(changed)]
}

/// Is recorded even if it changes nothing, as a contact is.
fn change_profile(patient: &RegisteredPatient, command: ChangeProfile) -> Vec<PatientEvent> {
    let ChangeProfile { change, by, at } = command;
    if change.is_empty() {
        return vec![];
    }
    let patient = patient.patient;
    let changed = PatientProfileChanged {
        patient,
        by,
        at,
        subject: patient.subject(),
        phi: Phi::Clear(change),
    };
    vec![PatientEvent::ProfileChanged(changed)]
}

fn record_illnesses(patient: &RegisteredPatient, command: RecordIllnesses) -> Vec<PatientEvent> {
    let RecordIllnesses { illnesses, by, at } = command;
    let patient = patient.patient;
    let recorded = PatientIllnessesRecorded {
        patient,
        by,
        at,
        subject: patient.subject(),
        phi: Phi::Clear(PatientIllnessesRecordedPhi { illnesses }),
    };
    vec![PatientEvent::IllnessesRecorded(recorded)]
}

fn add_proxy(patient: &RegisteredPatient, command: &AddProxy) -> Decision<Patient> {
    let &AddProxy {
        account,
        is_patient,
        evidence,
        by,
        at,
    } = command;
    if patient.proxies.contains(&account) {
        return Ok(vec![]);
    }
    if !is_patient {
        return Err(PatientRefusal::ProxyWithoutPatientRole);
    }
    let staff = matches!(by.role(), Some(Role::Receptionist | Role::Admin));
    if staff && by.account_id() == Some(account) {
        return Err(PatientRefusal::ProxyIsOwnAccount);
    }
    if staff && evidence.is_none() {
        return Err(PatientRefusal::ProxyNeedsEvidence);
    }
    if patient.proxies.len() >= MAX_PROXIES {
        return Err(PatientRefusal::TooManyProxies { max: MAX_PROXIES });
    }
    let added = PatientProxyAdded {
        patient: patient.patient,
        account,
        evidence,
        by,
        at,
    };
    Ok(vec![PatientEvent::ProxyAdded(added)])
}

fn remove_proxy(patient: &RegisteredPatient, command: &RemoveProxy) -> Vec<PatientEvent> {
    let &RemoveProxy { account, by, at } = command;
    if !patient.proxies.contains(&account) {
        return vec![];
    }
    let removed = PatientProxyRemoved {
        patient: patient.patient,
        account,
        by,
        at,
    };
    vec![PatientEvent::ProxyRemoved(removed)]
}

fn registered(patient: &Patient) -> Result<&RegisteredPatient, PatientRefusal> {
    match patient {
        Patient::Unregistered => Err(PatientRefusal::NotFound),
        Patient::Registered(patient) => Ok(patient),
    }
}
