//! Tests of the account's rules, one for each.

use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::*;
use crate::phi::Phi;
use crate::test_fixtures::{
    account_id, admin, clinic_id, doctor_id, email, now, patient_id, reason,
};
use crate::values::{AccountId, Actor, ClinicScope, Role};

fn given(events: &[AccountEvent]) -> AggregateTestExecutor<Account> {
    TestFramework::with(()).given(events.to_vec())
}

fn after(events: &[AccountEvent]) -> Account {
    events.iter().fold(Account::default(), evolve)
}

/// An auditor, who needs neither a person nor a clinic.
fn registration() -> RegisterAccount {
    RegisterAccount {
        account: account_id(1),
        email: email("asha@example.org"),
        roles: [Role::Auditor].into(),
        clinics: ClinicScope::All,
        person: Person::None,
        invited: false,
        by: admin(),
        at: now(),
    }
}

fn register(command: RegisterAccount) -> AccountCommand {
    AccountCommand::Register(command)
}

fn registered(command: RegisterAccount) -> AccountEvent {
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
    AccountEvent::Registered(AccountRegistered {
        account,
        roles,
        clinics,
        person,
        invited,
        by,
        at,
        subject: person.subject(account),
        phi: Phi::Clear(AccountRegisteredPhi { email }),
    })
}

fn disable(by: Actor) -> AccountCommand {
    AccountCommand::Disable(DisableAccount {
        reason: reason("Left us"),
        by,
        at: now(),
    })
}

fn disabled() -> AccountEvent {
    AccountEvent::Disabled(AccountDisabled {
        account: account_id(1),
        by: admin(),
        at: now(),
        subject: account_id(1).subject(),
        phi: Phi::Clear(AccountDisabledPhi {
            reason: reason("Left us"),
        }),
    })
}

fn enable() -> AccountCommand {
    AccountCommand::Enable(EnableAccount {
        by: admin(),
        at: now(),
    })
}

fn enabled() -> AccountEvent {
    AccountEvent::Enabled(AccountEnabled {
        account: account_id(1),
        by: admin(),
        at: now(),
    })
}

fn erase() -> AccountCommand {
    AccountCommand::Erase(EraseAccount {
        by: Actor::System,
        at: now(),
    })
}

fn erased() -> AccountEvent {
    AccountEvent::Erased(AccountErased {
        account: account_id(1),
        by: Actor::System,
        at: now(),
    })
}

fn refuses(command: RegisterAccount, refusal: AccountRefusal) {
    given(&[])
        .when(register(command))
        .then_expect_error(refusal);
}

fn accepts(command: RegisterAccount) {
    let event = registered(command.clone());
    given(&[])
        .when(register(command))
        .then_expect_events(vec![event]);
}

#[test]
fn an_account_can_be_registered() {
    accepts(registration());
}

#[test]
fn an_account_cannot_be_registered_twice() {
    for history in [
        vec![registered(registration())],
        vec![registered(registration()), disabled()],
    ] {
        given(&history)
            .when(register(registration()))
            .then_expect_error(AccountRefusal::AlreadyRegistered);
    }
}

#[test]
fn an_account_has_at_least_one_role() {
    refuses(
        RegisterAccount {
            roles: [].into(),
            ..registration()
        },
        AccountRefusal::NoRole,
    );
}

#[test]
fn the_role_of_a_patient_is_for_patients() {
    let with = |person| RegisterAccount {
        roles: [Role::Patient].into(),
        person,
        ..registration()
    };
    accepts(with(Person::Patient(patient_id())));
    for person in [Person::None, Person::Doctor(doctor_id())] {
        refuses(with(person), AccountRefusal::PatientRoleWithoutPatient);
    }
}

#[test]
fn the_role_of_a_doctor_is_for_doctors() {
    let with = |person| RegisterAccount {
        roles: [Role::Doctor].into(),
        person,
        ..registration()
    };
    accepts(with(Person::Doctor(doctor_id())));
    for person in [Person::None, Person::Patient(patient_id())] {
        refuses(with(person), AccountRefusal::DoctorRoleWithoutDoctor);
    }
}

#[test]
fn a_receptionist_works_at_named_clinics() {
    let roles = [Role::Receptionist];
    let with = |clinics| RegisterAccount {
        roles: roles.into(),
        clinics,
        ..registration()
    };
    accepts(with(ClinicScope::Only([clinic_id(1)].into())));
    for clinics in [ClinicScope::All, ClinicScope::Only([].into())] {
        refuses(with(clinics), AccountRefusal::ReceptionistWithoutClinic);
    }
}

#[test]
fn an_account_can_be_disabled() {
    given(&[registered(registration())])
        .when(disable(admin()))
        .then_expect_events(vec![disabled()]);
}

#[test]
fn a_disabled_account_is_not_disabled_again() {
    given(&[registered(registration()), disabled()])
        .when(disable(admin()))
        .then_expect_events(vec![]);
}

#[test]
fn an_account_cannot_disable_itself() {
    let oneself = Actor::account(account_id(1), Role::Admin);
    given(&[registered(registration())])
        .when(disable(oneself))
        .then_expect_error(AccountRefusal::CannotDisableOneself);
}

#[test]
fn a_disabled_account_can_be_enabled() {
    given(&[registered(registration()), disabled()])
        .when(enable())
        .then_expect_events(vec![enabled()]);
}

#[test]
fn an_enabled_account_is_not_enabled_again() {
    given(&[registered(registration())])
        .when(enable())
        .then_expect_events(vec![]);
}

#[test]
fn nothing_can_be_asked_of_an_account_that_is_not_there() {
    for command in [disable(admin()), enable()] {
        given(&[])
            .when(command)
            .then_expect_error(AccountRefusal::NotFound);
    }
}

#[test]
fn an_account_belongs_to_its_person_or_else_to_itself() {
    let subject = |person: Person| person.subject(account_id(1)).as_uuid();
    assert_eq!(
        subject(Person::Patient(patient_id())),
        patient_id().as_uuid()
    );
    assert_eq!(subject(Person::Doctor(doctor_id())), doctor_id().as_uuid());
    assert_eq!(subject(Person::None), AccountId::as_uuid(&account_id(1)));
}

#[test]
fn a_person_is_stored_by_kind_and_id() {
    use serde_json::{json, to_value};
    assert_eq!(to_value(Person::None).unwrap(), json!({"kind": "none"}));
    let patient = to_value(Person::Patient(patient_id())).unwrap();
    assert_eq!(patient, json!({"kind": "patient", "id": patient_id()}));
}

#[test]
fn a_disabled_account_remembers_what_it_was() {
    let account = after(&[registered(registration()), disabled()]);
    assert!(account.is_disabled());
    assert!(account.has_role(Role::Auditor) && !account.has_role(Role::Admin));
    assert_eq!(account.clinics(), Some(&ClinicScope::All));
    assert_eq!(account.person(), Some(Person::None));
    assert!(!after(&[registered(registration()), disabled(), enabled()]).is_disabled());
    assert_eq!(Account::default().roles(), None);
}

#[test]
fn events_that_cannot_follow_change_nothing() {
    for event in [disabled(), enabled()] {
        assert_eq!(evolve(Account::Unregistered, &event), Account::Unregistered);
    }
    let account = after(&[registered(registration())]);
    for event in [registered(registration()), enabled()] {
        assert_eq!(evolve(account.clone(), &event), account);
    }
    let shut = after(&[registered(registration()), disabled()]);
    for event in [registered(registration()), disabled()] {
        assert_eq!(evolve(shut.clone(), &event), shut);
    }
}

#[test]
fn an_account_ends_when_its_person_is_erased() {
    for history in [
        vec![registered(registration())],
        vec![registered(registration()), disabled()],
    ] {
        given(&history)
            .when(erase())
            .then_expect_events(vec![erased()]);
    }
    given(&[])
        .when(erase())
        .then_expect_error(AccountRefusal::NotFound);
}

#[test]
fn an_erased_account_stays_as_it_is() {
    let history = [registered(registration()), erased()];
    assert!(after(&history).is_disabled());
    given(&history)
        .when(enable())
        .then_expect_error(AccountRefusal::Erased);
    for command in [erase(), disable(admin())] {
        given(&history).when(command).then_expect_events(vec![]);
    }
    let later = [registered(registration()), erased(), enabled(), disabled()];
    assert_eq!(after(&later), after(&history));
}

#[test]
fn an_address_is_changed_and_the_account_stays_as_it_is() {
    let change = || {
        AccountCommand::ChangeAddress(ChangeAddress {
            email: email("asha.rao@example.org"),
            by: admin(),
            at: now(),
        })
    };
    let changed = AccountEvent::AddressChanged(AccountAddressChanged {
        account: account_id(1),
        by: admin(),
        at: now(),
        subject: account_id(1).subject(),
        phi: Phi::Clear(AccountRegisteredPhi {
            email: email("asha.rao@example.org"),
        }),
    });
    let enabled = vec![registered(registration())];
    let disabled = vec![registered(registration()), disabled()];
    for before in [enabled, disabled] {
        let state = after(&before);
        assert_eq!(decide(&state, change()), Ok(vec![changed.clone()]));
        assert_eq!(evolve(state.clone(), &changed), state);
    }
    let unknown = decide(&Account::default(), change());
    assert_eq!(unknown, Err(AccountRefusal::NotFound));
}

#[test]
fn an_invited_account_says_so_and_all_others_are_stored_as_before() {
    let invited = RegisterAccount {
        invited: true,
        ..registration()
    };
    let events = decide(&Account::default(), register(invited)).unwrap();
    let stored = serde_json::to_value(&events[0]).unwrap();
    assert_eq!(stored["invited"], true);
    let others = serde_json::to_value(registered(registration())).unwrap();
    assert_eq!(others.get("invited"), None);
}
