//! Tests of the list's rules, one for each.

use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::state::MAX_CURRENT;
use super::*;
use crate::test_fixtures::{now, patient_id, prescription_id, treating};

fn given(events: &[MedicationListEvent]) -> AggregateTestExecutor<MedicationList> {
    TestFramework::with(()).given(events.to_vec())
}

fn list(number: u128, over: &[u128]) -> MedicationListCommand {
    MedicationListCommand::List(ListPrescription {
        patient: patient_id(),
        prescription: prescription_id(number),
        over: over.iter().map(|number| prescription_id(*number)).collect(),
        by: treating(),
        at: now(),
    })
}

fn remove(number: u128) -> MedicationListCommand {
    MedicationListCommand::Remove(RemovePrescription {
        patient: patient_id(),
        prescription: prescription_id(number),
        by: treating(),
        at: now(),
    })
}

fn listed(number: u128) -> MedicationListEvent {
    MedicationListEvent::Listed(PrescriptionListed {
        patient: patient_id(),
        prescription: prescription_id(number),
        by: treating(),
        at: now(),
    })
}

fn removed(number: u128) -> MedicationListEvent {
    MedicationListEvent::Removed(PrescriptionRemoved {
        patient: patient_id(),
        prescription: prescription_id(number),
        by: treating(),
        at: now(),
    })
}

#[test]
fn an_amended_prescription_is_listed_again_so_that_others_at_that_moment_conflict() {
    given(&[])
        .when(list(1, &[]))
        .then_expect_events(vec![listed(1)]);
    given(&[listed(1)])
        .when(list(1, &[]))
        .then_expect_events(vec![listed(1)]);
}

#[test]
fn what_is_over_leaves_the_list_with_the_next_prescription() {
    given(&[listed(1), listed(2)])
        .when(list(3, &[1, 9]))
        .then_expect_events(vec![removed(1), listed(3)]);
    given(&[listed(1)])
        .when(list(1, &[1]))
        .then_expect_events(vec![listed(1)]);
}

#[test]
fn what_is_ended_is_removed_once() {
    given(&[listed(1)])
        .when(remove(1))
        .then_expect_events(vec![removed(1)]);
    given(&[listed(1), removed(1)])
        .when(remove(1))
        .then_expect_events(vec![]);
}

#[test]
fn two_hundred_are_current_at_most() {
    let full: Vec<_> = (1..=MAX_CURRENT)
        .map(|number| listed(number as u128))
        .collect();
    given(&full)
        .when(list(999, &[]))
        .then_expect_error(MedicationListRefusal::TooManyCurrent { max: MAX_CURRENT });
    given(&full)
        .when(list(1, &[]))
        .then_expect_events(vec![listed(1)]);
    given(&full)
        .when(list(999, &[7]))
        .then_expect_events(vec![removed(7), listed(999)]);
}
