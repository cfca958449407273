//! Rules of a clinic's refund policy, one test for each.

use super::tests::{given, opened};
use super::*;
use crate::payment::{RefundPolicy, RefundStep};
use crate::test_fixtures::{admin, clinic_id, now};

/// Full refund until so many hours before the visit, and nothing later.
fn all_until(hours_before: u16) -> RefundPolicy {
    let step = RefundStep {
        hours_before,
        percent: 100,
    };
    RefundPolicy::new(vec![step]).unwrap()
}

fn set(policy: RefundPolicy) -> ClinicCommand {
    ClinicCommand::SetRefundPolicy(SetRefundPolicy {
        policy,
        by: admin(),
        at: now(),
    })
}

fn was_set(policy: RefundPolicy) -> ClinicEvent {
    ClinicEvent::RefundPolicySet(ClinicRefundPolicySet {
        clinic: clinic_id(1),
        policy,
        by: admin(),
        at: now(),
    })
}

fn after(events: &[ClinicEvent]) -> Clinic {
    events.iter().fold(Clinic::default(), evolve)
}

#[test]
fn until_a_clinic_sets_its_own_table_the_usual_one_counts() {
    assert_eq!(after(&[opened()]).refund_policy(), RefundPolicy::usual());
    assert_eq!(Clinic::Unopened.refund_policy(), RefundPolicy::usual());
}

#[test]
fn the_table_that_was_set_last_counts() {
    given(&[opened()])
        .when(set(all_until(48)))
        .then_expect_events(vec![was_set(all_until(48))]);
    let events = [opened(), was_set(all_until(48)), was_set(all_until(2))];
    assert_eq!(after(&events).refund_policy(), all_until(2));
}

#[test]
fn a_clinic_may_give_nothing_back() {
    let none = RefundPolicy::default();
    given(&[opened()])
        .when(set(none.clone()))
        .then_expect_events(vec![was_set(none.clone())]);
    assert_eq!(
        after(&[opened(), was_set(none.clone())]).refund_policy(),
        none
    );
}

#[test]
fn the_same_table_again_is_no_new_fact() {
    given(&[opened(), was_set(all_until(48))])
        .when(set(all_until(48)))
        .then_expect_events(vec![]);
}

#[test]
fn the_usual_table_can_be_set_for_good() {
    let usual = RefundPolicy::usual();
    given(&[opened()])
        .when(set(usual.clone()))
        .then_expect_events(vec![was_set(usual.clone())]);
    given(&[opened(), was_set(usual.clone())])
        .when(set(usual))
        .then_expect_events(vec![]);
}

#[test]
fn a_clinic_that_is_not_there_has_no_table_to_set() {
    given(&[])
        .when(set(all_until(48)))
        .then_expect_error(ClinicRefusal::NotFound);
    assert_eq!(after(&[was_set(all_until(48))]), Clinic::Unopened);
}
