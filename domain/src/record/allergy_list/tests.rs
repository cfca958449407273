//! Tests of the rules of allergies, one for each.

use chrono::NaiveDate;
use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::*;
use crate::phi::Phi;
use crate::record::EnteredInErrorPhi;
use crate::test_fixtures::{allergy_id, date, doctor_id, now, patient_id, reason, treating};

fn given(events: &[AllergyListEvent]) -> AggregateTestExecutor<AllergyList> {
    TestFramework::with(()).given(events.to_vec())
}

fn content(noted_on: Option<NaiveDate>) -> AllergyContent {
    AllergyContent {
        substance: "Penicillin".parse().unwrap(),
        reaction: Some("A rash".parse().unwrap()),
        severity: Some(Severity::Moderate),
        noted_on,
        sensitivity: None,
    }
}

fn record(number: u128, noted_on: Option<NaiveDate>) -> AllergyListCommand {
    AllergyListCommand::Record(RecordAllergy {
        allergy: allergy_id(number),
        patient: patient_id(),
        doctor: doctor_id(),
        content: content(noted_on),
        by: treating(),
        at: now(),
    })
}

fn recorded(number: u128) -> AllergyListEvent {
    AllergyListEvent::Recorded(AllergyRecorded {
        allergy: allergy_id(number),
        patient: patient_id(),
        doctor: doctor_id(),
        by: treating(),
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(content(None)),
    })
}

fn correct(noted_on: Option<NaiveDate>) -> AllergyListCommand {
    AllergyListCommand::Correct(CorrectAllergy {
        allergy: allergy_id(1),
        patient: patient_id(),
        doctor: doctor_id(),
        content: content(noted_on),
        by: treating(),
        at: now(),
    })
}

fn corrected(corrects: u32) -> AllergyListEvent {
    AllergyListEvent::Corrected(AllergyCorrected {
        allergy: allergy_id(1),
        corrects,
        patient: patient_id(),
        doctor: doctor_id(),
        by: treating(),
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(content(None)),
    })
}

fn end() -> AllergyListCommand {
    AllergyListCommand::End(EndAllergy {
        allergy: allergy_id(1),
        patient: patient_id(),
        reason: reason("Tolerated"),
        by: treating(),
        at: now(),
    })
}

fn ended() -> AllergyListEvent {
    AllergyListEvent::Ended(AllergyEnded {
        allergy: allergy_id(1),
        patient: patient_id(),
        by: treating(),
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(AllergyEndedPhi {
            reason: reason("Tolerated"),
        }),
    })
}

fn mark() -> AllergyListCommand {
    AllergyListCommand::MarkEnteredInError(MarkAllergyEnteredInError {
        allergy: allergy_id(1),
        patient: patient_id(),
        reason: reason("Her sister's"),
        by: treating(),
        at: now(),
    })
}

fn marked() -> AllergyListEvent {
    AllergyListEvent::EnteredInError(AllergyEnteredInError {
        allergy: allergy_id(1),
        patient: patient_id(),
        by: treating(),
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(EnteredInErrorPhi {
            reason: reason("Her sister's"),
        }),
    })
}

#[test]
fn an_allergy_is_recorded_under_an_id_of_its_own() {
    given(&[])
        .when(record(1, None))
        .then_expect_events(vec![recorded(1)]);
    given(&[recorded(1)])
        .when(record(1, None))
        .then_expect_error(AllergyListRefusal::AlreadyExists);
}

#[test]
fn a_reaction_is_noted_today_at_the_latest_in_any_zone() {
    let tomorrow = Some(date("2026-03-02"));
    assert!(decide(&AllergyList::default(), record(1, tomorrow)).is_ok());
    let later = Some(date("2026-03-03"));
    given(&[])
        .when(record(1, later))
        .then_expect_error(AllergyListRefusal::NotedInFuture);
    given(&[recorded(1)])
        .when(correct(later))
        .then_expect_error(AllergyListRefusal::NotedInFuture);
}

#[test]
fn two_hundred_are_recorded_at_most() {
    let full: Vec<_> = (1..=MAX_ALLERGIES)
        .map(|number| recorded(number as u128))
        .collect();
    given(&full)
        .when(record(999, None))
        .then_expect_error(AllergyListRefusal::TooMany { max: MAX_ALLERGIES });
}

#[test]
fn a_correction_names_the_revision_that_it_replaces() {
    given(&[recorded(1)])
        .when(correct(None))
        .then_expect_events(vec![corrected(1)]);
    given(&[recorded(1), corrected(1)])
        .when(correct(None))
        .then_expect_events(vec![corrected(2)]);
}

#[test]
fn what_was_never_recorded_can_not_be_changed() {
    for command in [correct(None), end(), mark()] {
        given(&[recorded(2)])
            .when(command)
            .then_expect_error(AllergyListRefusal::NotFound);
    }
}

#[test]
fn an_ended_allergy_is_ended_once_and_not_corrected() {
    given(&[recorded(1)])
        .when(end())
        .then_expect_events(vec![ended()]);
    given(&[recorded(1), ended()])
        .when(end())
        .then_expect_events(vec![]);
    given(&[recorded(1), ended()])
        .when(correct(None))
        .then_expect_error(AllergyListRefusal::Ended);
}

#[test]
fn an_allergy_entered_in_error_changes_no_more() {
    for before in [vec![recorded(1)], vec![recorded(1), ended()]] {
        given(&before)
            .when(mark())
            .then_expect_events(vec![marked()]);
    }
    let marked = [recorded(1), marked()];
    for command in [correct(None), end()] {
        given(&marked)
            .when(command)
            .then_expect_error(AllergyListRefusal::EnteredInError);
    }
    given(&marked).when(mark()).then_expect_events(vec![]);
}

#[test]
fn readers_see_each_allergy_with_the_version_in_which_it_changed_last() {
    let view = AllergyListView::from_events([recorded(1), recorded(2), corrected(1), ended()]);
    let seen: Vec<_> = (view.allergies.iter())
        .map(|allergy| (allergy.version, allergy.status()))
        .collect();
    assert_eq!(view.version, 4);
    assert_eq!(
        seen,
        [(4, AllergyStatus::Ended), (2, AllergyStatus::Active)]
    );
    assert_eq!(view.changed_since(2), [allergy_id(1)]);
    assert_eq!(view.changed_since(4), []);
    let known: Vec<_> = view.known().iter().map(|known| known.allergy).collect();
    assert_eq!(known, [allergy_id(2)], "only active ones lead to warnings");
}

#[test]
fn the_state_has_the_status_that_readers_see() {
    let histories = [
        vec![recorded(1), corrected(1)],
        vec![recorded(1), ended()],
        vec![recorded(1), ended(), marked()],
        vec![corrected(1)],
    ];
    for events in histories {
        let state = events.iter().fold(AllergyList::default(), evolve);
        let view = AllergyListView::from_events(events);
        let state: Vec<_> = state.entries.values().map(|entry| entry.status).collect();
        let seen: Vec<_> = view.allergies.iter().map(AllergyView::status).collect();
        assert_eq!(state, seen);
    }
}
