//! Decisions of an account: one function per command.

use super::command::{
    AccountCommand, ChangeAddress, DisableAccount, EnableAccount, EraseAccount, RegisterAccount,
};
use super::error::AccountRefusal;
use super::event::{
    AccountAddressChanged, AccountDisabled, AccountDisabledPhi, AccountEnabled, AccountErased,
    AccountEvent, AccountRegistered, AccountRegisteredPhi,
};
use super::person::Person;
use super::state::Account;
use crate::decision::Decision;
use crate::phi::Phi;
use crate::values::{ClinicScope, Role};

/// Returns the events that follow from a command.
///
/// # Errors
/// The [`AccountRefusal`] that forbids it.
pub fn decide(account: &Account, command: AccountCommand) -> Decision<Account> {
    match command {
        AccountCommand::Register(command) => register(account, command),
        AccountCommand::Disable(command) => disable(account, command),
        AccountCommand::Enable(command) => enable(account, &command),
        AccountCommand::ChangeAddress(command) => change_address(account, command),
        AccountCommand::Erase(command) => erase(account, command),
    }
}

fn register(account: &Account, command: RegisterAccount) -> Decision<Account> {
    if account.registered().is_some() {
        return Err(AccountRefusal::AlreadyRegistered);
    }
    fits_its_roles(&command)?;
    let RegisterAccount {
        account,
        email,
        roles,
        clinics,
        person,
        invited,
        by,
        at,
    } = command;
    let subject = person.subject(account);
    let phi = Phi::Clear(AccountRegisteredPhi { email });
    let registered = AccountRegistered {
        account,
        roles,
        clinics,
        person,
        invited,
        by,
        at,
        subject,
        phi,
    };
    Ok(vec![AccountEvent::Registered(registered)])
}

fn fits_its_roles(command: &RegisterAccount) -> Result<(), AccountRefusal> {
    let RegisterAccount {
        roles,
        clinics,
        person,
        ..
    } = command;
    if roles.is_empty() {
        return Err(AccountRefusal::NoRole);
    }
    if roles.contains(&Role::Patient) && !matches!(person, Person::Patient(_)) {
        return Err(AccountRefusal::PatientRoleWithoutPatient);
    }
    if roles.contains(&Role::Doctor) && !matches!(person, Person::Doctor(_)) {
        return Err(AccountRefusal::DoctorRoleWithoutDoctor);
    }
    let at_named_clinics = matches!(clinics, ClinicScope::Only(named) if !named.is_empty());
    if roles.contains(&Role::Receptionist) && !at_named_clinics {
        return Err(AccountRefusal::ReceptionistWithoutClinic);
    }
    Ok(())
}

fn disable(account: &Account, command: DisableAccount) -> Decision<Account> {
    let registered = account.registered().ok_or(AccountRefusal::NotFound)?;
    let DisableAccount { reason, by, at } = command;
    if by.account_id() == Some(registered.account) {
        return Err(AccountRefusal::CannotDisableOneself);
    }
    if account.is_disabled() {
        return Ok(vec![]);
    }
    let phi = Phi::Clear(AccountDisabledPhi { reason });
    let subject = registered.subject();
    let disabled = AccountDisabled {
        account: registered.account,
        by,
        at,
        subject,
        phi,
    };
    Ok(vec![AccountEvent::Disabled(disabled)])
}

fn enable(account: &Account, command: &EnableAccount) -> Decision<Account> {
    let registered = account.registered().ok_or(AccountRefusal::NotFound)?;
    if account.is_erased() {
        return Err(AccountRefusal::Erased);
    }
    if !account.is_disabled() {
        return Ok(vec![]);
    }
    let &EnableAccount { by, at } = command;
    let enabled = AccountEnabled {
        account: registered.account,
        by,
        at,
    };
    Ok(vec![AccountEvent::Enabled(enabled)])
}

fn change_address(account: &Account, command: ChangeAddress) -> Decision<Account> {
    let registered = account.registered().ok_or(AccountRefusal::NotFound)?;
    if account.is_erased() {
        return Err(AccountRefusal::Erased);
    }
    let ChangeAddress { email, by, at } = command;
    let changed = AccountAddressChanged {
        account: registered.account,
        by,
        at,
        subject: registered.subject(),
        phi: Phi::Clear(AccountRegisteredPhi { email }),
    };
    Ok(vec![AccountEvent::AddressChanged(changed)])
}

fn erase(account: &Account, command: EraseAccount) -> Decision<Account> {
    let registered = account.registered().ok_or(AccountRefusal::NotFound)?;
    if account.is_erased() {
        return Ok(vec![]);
    }
    let EraseAccount { by, at } = command;
    let erased = AccountErased {
        account: registered.account,
        by,
        at,
    };
    Ok(vec![AccountEvent::Erased(erased)])
}
