//! Decisions on consents: one function per command.

use super::command::{ConsentCommand, GrantConsent, WithdrawConsent};
use super::error::ConsentRefusal;
use super::event::{ConsentEvent, ConsentGranted, ConsentGrantedPhi, ConsentWithdrawn};
use super::state::Consents;
use crate::decision::Decision;
use crate::phi::Phi;

/// The most consents of a patient that are in force at a time.
pub const MAX_CONSENTS: usize = 100;

/// Returns the events that follow from a command.
///
/// # Errors
/// The [`ConsentRefusal`] that forbids it.
pub fn decide(consents: &Consents, command: ConsentCommand) -> Decision<Consents> {
    match command {
        ConsentCommand::Grant(command) => grant(consents, command),
        ConsentCommand::Withdraw(command) => withdraw(consents, command),
    }
}

/// A consent for the same purpose as another one is a further consent: to compare, the state would have to hold the
/// purpose.
fn grant(consents: &Consents, command: GrantConsent) -> Decision<Consents> {
    let GrantConsent {
        consent,
        patient,
        purpose,
        until,
        given_by,
        by,
        at,
    } = command;
    if consents.find(consent).is_some() {
        return Err(ConsentRefusal::AlreadyExists);
    }
    if until.is_some_and(|until| until <= at) {
        return Err(ConsentRefusal::EndsInPast);
    }
    if consents.in_force(at) >= MAX_CONSENTS {
        return Err(ConsentRefusal::TooMany { max: MAX_CONSENTS });
    }
    Ok(vec![ConsentEvent::Granted(ConsentGranted {
        consent,
        patient,
        until,
        given_by,
        by,
        at,
        subject: patient.subject(),
        phi: Phi::Clear(ConsentGrantedPhi { purpose }),
    })])
}

fn withdraw(consents: &Consents, command: WithdrawConsent) -> Decision<Consents> {
    let WithdrawConsent { consent, by, at } = command;
    match consents.find(consent) {
        None => Err(ConsentRefusal::NotFound),
        Some((_, true)) => Ok(Vec::new()),
        Some((patient, false)) => Ok(vec![ConsentEvent::Withdrawn(ConsentWithdrawn {
            consent,
            patient,
            by,
            at,
        })]),
    }
}
