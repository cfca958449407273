//! The table itself, the page that is printed from it, and random callers and resources.

use std::collections::BTreeSet;

use domain::appointment::{ActorKind, Permission, Step, transition};
use domain::{AccountId, ClinicId, ClinicScope, DoctorId, PatientId, Role};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use uuid::Uuid;

use super::*;

/// The actions that are steps of an appointment's transition table.
const STEPS: [(Step, Action); 9] = [
    (Step::Book, Action::BookAppointment),
    (Step::BookForEmergency, Action::BookForEmergency),
    (Step::Confirm, Action::ConfirmAppointment),
    (Step::Reschedule, Action::RescheduleAppointment),
    (Step::Cancel, Action::CancelAppointment),
    (Step::Arrive, Action::ArriveAppointment),
    (Step::Start, Action::StartAppointment),
    (Step::Complete, Action::CompleteAppointment),
    (Step::MarkNoShow, Action::MarkNoShow),
];

#[test]
fn the_page_is_the_table() {
    assert_eq!(
        PermissionsPage.to_string(),
        include_str!("../../../docs/permissions.md"),
        "print it anew: cargo run -p caresync -- permissions > docs/permissions.md"
    );
}

#[test]
fn each_row_is_that_of_its_action_and_has_a_name_of_its_own() {
    let mut names = BTreeSet::new();
    for (index, rule) in TABLE.iter().enumerate() {
        assert_eq!((rule.action as usize, rule.action.rule()), (index, rule));
        assert!(names.insert((rule.resource, rule.verb)), "{rule:?}");
        let roles: BTreeSet<_> = rule.roles().collect();
        assert_eq!(roles.len(), rule.grants.len(), "{rule:?}");
    }
}

#[test]
fn the_roles_of_a_step_are_those_of_the_transition_table() {
    for (step, action) in STEPS {
        for role in Role::ALL {
            let permission = transition(step).permission(ActorKind::Role(role));
            let granted = action.rule().relations(role).is_some();
            assert_eq!(granted, permission != Permission::No, "{step:?}, {role}");
        }
    }
}

fn id(number: u8) -> Uuid {
    Uuid::from_u128(u128::from(number))
}

fn clinics() -> impl Strategy<Value = BTreeSet<ClinicId>> {
    let all: Vec<_> = (0..3)
        .map(|number| ClinicId::from_uuid(id(number)))
        .collect();
    subsequence(all, 0..=3).prop_map(BTreeSet::from_iter)
}

fn patient() -> impl Strategy<Value = PatientId> {
    (0..3_u8).prop_map(|number| PatientId::from_uuid(id(number)))
}

fn doctor() -> impl Strategy<Value = DoctorId> {
    (0..3_u8).prop_map(|number| DoctorId::from_uuid(id(number)))
}

fn scope() -> impl Strategy<Value = ClinicScope> {
    prop_oneof![
        Just(ClinicScope::All),
        clinics().prop_map(ClinicScope::Only)
    ]
}

prop_compose! {
    /// A caller with some roles. Only patients have a patient, and only doctors a doctor.
    fn caller()(
        roles in subsequence(Role::ALL.to_vec(), 1..=3),
        clinics in scope(),
        patient in patient(),
        doctor in doctor(),
        account in 0..3_u8,
    ) -> Caller {
        Caller {
            account: AccountId::from_uuid(id(account)),
            patient: roles.contains(&Role::Patient).then_some(patient),
            doctor: roles.contains(&Role::Doctor).then_some(doctor),
            roles: roles.into_iter().collect(),
            clinics,
        }
    }
}

prop_compose! {
    /// A row of a patient's list.
    fn row()(
        patient in patient(),
        doctor in doctor(),
        clinic in 0..3_u8,
        proxied: bool,
    ) -> Resource {
        Resource {
            patient: Some(patient),
            proxied,
            doctor: Some(doctor),
            ..Resource::at_clinic(ClinicId::from_uuid(id(clinic)))
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// A list has the rows that the caller may read one by one.
    #[test]
    fn a_list_has_what_items_have(
        caller in caller(),
        row in row(),
        action in select(vec![Action::ReadAppointment, Action::ReadPayment]),
    ) {
        let owner = Resource { patient: row.patient, proxied: row.proxied, ..Resource::default() };
        let listed = VisibleRows::new(&caller, action, &owner).is_ok_and(|rows| rows.contain(&row));
        prop_assert_eq!(listed, authorize(&caller, action, &row).is_ok());
    }

    /// Nothing but the table decides: the role is one of the caller's, the row names it, and the relation holds.
    #[test]
    fn a_granted_role_is_in_the_row_and_has_a_relation(
        caller in caller(),
        row in row(),
        rule in select(TABLE),
    ) {
        let related = |role: &Role| {
            let relations = rule.relations(*role).unwrap_or_default();
            caller.is(*role) && relations.iter().any(|relation| relation.holds(&caller, &row))
        };
        match authorize(&caller, rule.action, &row) {
            Ok(role) => prop_assert!(related(&role)),
            Err(denial) => {
                prop_assert!(!Role::ALL.iter().any(related));
                let role = rule.grants.iter().any(|grant| {
                    caller.is(grant.role) && grant.relations != [Relation::Group]
                });
                let reading = TABLE.iter().find(|one| one.resource == rule.resource && one.verb == "read");
                let reads = reading.is_some_and(|one| authorize(&caller, one.action, &row).is_ok());
                prop_assert_eq!(denial == Denial::NotFound, role && !reads);
            }
        }
    }
}

#[test]
fn an_account_without_clinics_belongs_to_no_clinics_admin() {
    let caller = |clinics| Caller {
        account: AccountId::from_uuid(id(1)),
        roles: [Role::Admin].into(),
        clinics,
        patient: None,
        doctor: None,
    };
    let nowhere = ClinicScope::Only(BTreeSet::new());
    let account = Resource::of_account(AccountId::from_uuid(id(2)))
        .with_clinics(ResourceClinics::from_scope(&nowhere));
    let one = ClinicScope::Only([ClinicId::from_uuid(id(1))].into());
    for scope in [nowhere, one] {
        let denial = authorize(&caller(scope), Action::DisableAccount, &account);
        assert_eq!(denial, Err(Denial::NotFound));
    }
    let granted = authorize(&caller(ClinicScope::All), Action::DisableAccount, &account);
    assert_eq!(granted, Ok(Role::Admin));
}
