//! Tests of the clinic's rules, one for each.

use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::*;
use crate::test_fixtures::{admin, clinic_id, now, zone};
use crate::values::Currency;

pub(super) fn given(events: &[ClinicEvent]) -> AggregateTestExecutor<Clinic> {
    TestFramework::with(()).given(events.to_vec())
}

fn open() -> ClinicCommand {
    ClinicCommand::Open(OpenClinic {
        clinic: clinic_id(1),
        name: "Lakeside".parse().unwrap(),
        zone: zone("Asia/Kolkata"),
        city: "Bengaluru".parse().unwrap(),
        currency: Currency::Inr,
        by: admin(),
        at: now(),
    })
}

pub(super) fn opened() -> ClinicEvent {
    ClinicEvent::Opened(ClinicOpened {
        clinic: clinic_id(1),
        name: "Lakeside".parse().unwrap(),
        zone: zone("Asia/Kolkata"),
        city: "Bengaluru".parse().unwrap(),
        currency: Currency::Inr,
        by: admin(),
        at: now(),
    })
}

fn rename(name: &str) -> ClinicCommand {
    ClinicCommand::Rename(RenameClinic {
        name: name.parse().unwrap(),
        city: "Bengaluru".parse().unwrap(),
        by: admin(),
        at: now(),
    })
}

fn renamed(name: &str) -> ClinicEvent {
    ClinicEvent::Renamed(ClinicRenamed {
        clinic: clinic_id(1),
        name: name.parse().unwrap(),
        city: "Bengaluru".parse().unwrap(),
        by: admin(),
        at: now(),
    })
}

#[test]
fn a_clinic_can_be_opened() {
    given(&[]).when(open()).then_expect_events(vec![opened()]);
}

#[test]
fn an_open_clinic_cannot_be_opened_again() {
    given(&[opened()])
        .when(open())
        .then_expect_error(ClinicRefusal::AlreadyOpen);
}

#[test]
fn a_clinic_can_be_renamed() {
    given(&[opened()])
        .when(rename("Hillside"))
        .then_expect_events(vec![renamed("Hillside")]);
}

#[test]
fn a_clinic_that_has_the_name_already_is_not_renamed() {
    given(&[opened()])
        .when(rename("Lakeside"))
        .then_expect_events(vec![]);
    given(&[opened(), renamed("Hillside")])
        .when(rename("Hillside"))
        .then_expect_events(vec![]);
}

#[test]
fn a_clinic_that_is_not_there_cannot_be_renamed() {
    given(&[])
        .when(rename("Hillside"))
        .then_expect_error(ClinicRefusal::NotFound);
}

#[test]
fn only_an_open_clinic_has_facts_for_others() {
    assert_eq!(Clinic::default().facts(), None);
    let facts = evolve(Clinic::default(), &opened()).facts();
    assert_eq!(facts, Some(crate::test_fixtures::clinic(1)));
}

#[test]
fn events_that_cannot_follow_change_nothing() {
    assert_eq!(
        evolve(Clinic::Unopened, &renamed("Hillside")),
        Clinic::Unopened
    );
    let open = evolve(Clinic::Unopened, &opened());
    assert_eq!(evolve(open.clone(), &opened()), open);
}
