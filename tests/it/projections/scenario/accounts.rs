//! Accounts: a patient's, staff that left and came back, and one of a patient who was erased.

use domain::account::{
    Account, AccountCommand, ChangeAddress, DisableAccount, EnableAccount, EraseAccount, Person,
    RegisterAccount,
};
use domain::{Actor, ClinicScope, Reason, Role};

use super::super::fixture::{History, account, clinic, patient};
use super::{ASHA, KIRAN, PUNE, today};

pub async fn accounts(history: &History) {
    let pune_only = ClinicScope::Only([clinic(PUNE)].into());
    let asha = (
        Role::Patient,
        ClinicScope::All,
        Person::Patient(patient(ASHA)),
    );
    let desk = (Role::Receptionist, pune_only, Person::None);
    let admin = (Role::Admin, ClinicScope::All, Person::None);
    let kiran = (
        Role::Patient,
        ClinicScope::Only([].into()),
        Person::Patient(patient(KIRAN)),
    );
    for (number, (role, clinics, person)) in (1..).zip([asha, desk, admin, kiran]) {
        let register = AccountCommand::Register(RegisterAccount {
            account: account(number),
            email: format!("user{number}@example.org").parse().unwrap(),
            roles: [role].into(),
            clinics,
            person,
            invited: number == 2,
            by: Actor::System,
            at: today(),
        });
        history
            .run::<Account>(account(number).as_uuid(), register)
            .await;
    }
    for number in [2, 3] {
        let reason = Reason::parse("left").unwrap();
        let disable = DisableAccount {
            reason,
            by: Actor::System,
            at: today(),
        };
        let disable = AccountCommand::Disable(disable);
        history
            .run::<Account>(account(number).as_uuid(), disable)
            .await;
    }
    let change = AccountCommand::ChangeAddress(ChangeAddress {
        email: "asha.rao@example.org".parse().unwrap(),
        by: Actor::System,
        at: today(),
    });
    history.run::<Account>(account(1).as_uuid(), change).await;
    let enable = AccountCommand::Enable(EnableAccount {
        by: Actor::System,
        at: today(),
    });
    history.run::<Account>(account(3).as_uuid(), enable).await;
    let erase = AccountCommand::Erase(EraseAccount {
        by: Actor::System,
        at: today(),
    });
    history.run::<Account>(account(4).as_uuid(), erase).await;
}
