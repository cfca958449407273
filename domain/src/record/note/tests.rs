//! Tests of the note's rules, one for each.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use uuid::Uuid;

use super::*;
use crate::phi::Phi;
use crate::record::{Diagnoses, Diagnosis, EnteredInErrorPhi, Icd10Code};
use crate::test_fixtures::{
    account_id, appointment_id, clinic_id, doctor_id, now, patient_id, reason, treating,
};
use crate::values::{Actor, DoctorId, NoteId, Role};

fn given(events: &[NoteEvent]) -> AggregateTestExecutor<Note> {
    TestFramework::with(()).given(events.to_vec())
}

fn note_id() -> NoteId {
    NoteId::from_uuid(Uuid::from_u128(0x81))
}

fn content() -> NoteContent {
    NoteContent {
        complaint: Some("A cough".parse().unwrap()),
        ..NoteContent::default()
    }
}

fn draft(visited_at: DateTime<Utc>) -> NoteDraft {
    NoteDraft {
        clinic: clinic_id(1),
        appointment: Some(appointment_id()),
        visited_at,
        content: content(),
    }
}

fn sign(draft: NoteDraft, draft_version: i64) -> SignNote {
    SignNote {
        note: note_id(),
        patient: patient_id(),
        doctor: doctor_id(),
        draft,
        draft_version,
        by: treating(),
        at: now(),
    }
}

fn signed() -> NoteEvent {
    NoteEvent::Signed(NoteSigned {
        note: note_id(),
        patient: patient_id(),
        doctor: doctor_id(),
        clinic: clinic_id(1),
        appointment: Some(appointment_id()),
        visited_at: now(),
        draft_version: 3,
        by: treating(),
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(content()),
    })
}

fn colleague() -> DoctorId {
    DoctorId::from_uuid(Uuid::from_u128(0xD2))
}

fn addendum() -> AddendumContent {
    AddendumContent {
        text: "The X-ray is clear".parse().unwrap(),
        diagnoses: Diagnoses::default(),
        sensitivity: None,
    }
}

fn sign_addendum() -> NoteCommand {
    NoteCommand::SignAddendum(SignAddendum {
        doctor: colleague(),
        addendum: addendum(),
        by: treating(),
        at: now(),
    })
}

fn addendum_signed(number: u32) -> NoteEvent {
    NoteEvent::AddendumSigned(NoteAddendumSigned {
        note: note_id(),
        addendum: number,
        patient: patient_id(),
        doctor: colleague(),
        by: treating(),
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(addendum()),
    })
}

fn mark() -> NoteCommand {
    NoteCommand::MarkEnteredInError(MarkNoteEnteredInError {
        reason: reason("Another patient's visit"),
        by: treating(),
        at: now(),
    })
}

fn marked() -> NoteEvent {
    NoteEvent::EnteredInError(NoteEnteredInError {
        note: note_id(),
        patient: patient_id(),
        by: treating(),
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(EnteredInErrorPhi {
            reason: reason("Another patient's visit"),
        }),
    })
}

#[test]
fn a_draft_becomes_a_note_by_its_signature() {
    given(&[])
        .when(NoteCommand::Sign(sign(draft(now()), 3)))
        .then_expect_events(vec![signed()]);
}

#[test]
fn an_empty_draft_is_not_signed() {
    let empty = NoteDraft {
        content: NoteContent::default(),
        ..draft(now())
    };
    given(&[])
        .when(NoteCommand::Sign(sign(empty, 1)))
        .then_expect_error(NoteRefusal::Empty);
}

#[test]
fn a_visit_in_the_future_is_not_signed() {
    let later = draft(now() + TimeDelta::microseconds(1));
    given(&[])
        .when(NoteCommand::Sign(sign(later, 1)))
        .then_expect_error(NoteRefusal::VisitInFuture);
}

#[test]
fn to_sign_the_same_version_again_is_no_new_fact() {
    let again = SignNote {
        at: now() + TimeDelta::hours(1),
        ..sign(draft(now()), 3)
    };
    given(&[signed()])
        .when(NoteCommand::Sign(again))
        .then_expect_events(vec![]);
}

#[test]
fn a_signed_note_is_not_signed_from_another_version_or_by_another_actor() {
    let other_version = sign(draft(now()), 4);
    let other_actor = SignNote {
        by: Actor::account(account_id(7), Role::Doctor),
        ..sign(draft(now()), 3)
    };
    for command in [other_version, other_actor] {
        given(&[signed()])
            .when(NoteCommand::Sign(command))
            .then_expect_error(NoteRefusal::AlreadySigned);
    }
}

#[test]
fn a_signed_note_changes_by_numbered_addenda() {
    given(&[signed()])
        .when(sign_addendum())
        .then_expect_events(vec![addendum_signed(1)]);
    given(&[signed(), addendum_signed(1)])
        .when(sign_addendum())
        .then_expect_events(vec![addendum_signed(2)]);
}

#[test]
fn a_draft_has_no_addendum_and_no_mark() {
    for command in [sign_addendum(), mark()] {
        given(&[])
            .when(command)
            .then_expect_error(NoteRefusal::NotFound);
    }
}

#[test]
fn a_note_has_a_hundred_addenda_at_most() {
    let all: Vec<_> = (1..=MAX_ADDENDA).map(addendum_signed).collect();
    let full = [vec![signed()], all].concat();
    given(&full)
        .when(sign_addendum())
        .then_expect_error(NoteRefusal::TooManyAddenda { max: MAX_ADDENDA });
    given(&full[..full.len() - 1])
        .when(sign_addendum())
        .then_expect_events(vec![addendum_signed(MAX_ADDENDA)]);
}

#[test]
fn a_note_entered_in_error_is_marked_once_and_gets_no_addendum() {
    given(&[signed()])
        .when(mark())
        .then_expect_events(vec![marked()]);
    given(&[signed(), marked()])
        .when(mark())
        .then_expect_events(vec![]);
    given(&[signed(), marked()])
        .when(sign_addendum())
        .then_expect_error(NoteRefusal::EnteredInError);
}

#[test]
fn a_note_is_read_with_its_addenda_and_its_mark() {
    assert_eq!(NoteView::from_events([addendum_signed(1)]), None);
    let view = NoteView::from_events([signed(), addendum_signed(1)]).unwrap();
    assert_eq!((view.version, view.status()), (2, NoteStatus::Amended));
    assert_eq!(view.content, Phi::Clear(content()));
    assert_eq!(view.addenda[0].content, Phi::Clear(addendum()));
    let view = NoteView::from_events([signed(), marked()]).unwrap();
    assert_eq!(
        (view.version, view.status()),
        (2, NoteStatus::EnteredInError)
    );
    assert!(view.content.clear().is_some(), "hidden is not deleted");
}

#[test]
fn the_state_has_the_status_that_readers_see() {
    let histories = [
        vec![signed()],
        vec![signed(), addendum_signed(1)],
        vec![signed(), marked()],
        vec![signed(), addendum_signed(1), marked()],
    ];
    for events in histories {
        let state = events.iter().fold(Note::default(), evolve);
        let view = NoteView::from_events(events).unwrap();
        assert_eq!(state.signed().map(|note| note.status), Some(view.status()));
    }
}

#[test]
fn a_draft_tells_the_fields_that_changed_after_a_version() {
    let first = draft(now());
    let mut second = first.clone();
    second.content.findings = Some("Wheeze".parse().unwrap());
    let mut third = second.clone();
    third.appointment = None;
    third.content.diagnoses = Diagnoses::try_from(vec![Diagnosis {
        condition: "Asthma".parse().unwrap(),
        icd10: Some(Icd10Code::parse("J45").unwrap()),
    }])
    .unwrap();
    let versions = FieldVersions::default()
        .changed(first.differences(&second), 2)
        .changed(second.differences(&third), 3);
    let findings = DraftField::Findings;
    let later = vec![DraftField::AppointmentId, DraftField::Diagnoses];
    let since_first = [DraftField::AppointmentId, findings, DraftField::Diagnoses];
    assert_eq!(versions.since(1), since_first);
    assert_eq!(versions.since(2), later);
    assert_eq!(versions.since(3), []);
    assert_eq!(third.differences(&third).count(), 0);
}

#[test]
fn every_field_of_a_draft_is_compared() {
    let one = draft(now());
    let other = NoteDraft {
        clinic: clinic_id(2),
        appointment: None,
        visited_at: now() - TimeDelta::hours(1),
        content: NoteContent {
            complaint: None,
            symptoms: Symptoms::try_from(vec!["Cough".parse().unwrap()]).unwrap(),
            findings: Some("Wheeze".parse().unwrap()),
            diagnoses: Diagnoses::try_from(vec![Diagnosis {
                condition: "Asthma".parse().unwrap(),
                icd10: None,
            }])
            .unwrap(),
            treatment: Some("Inhaler".parse().unwrap()),
            text: Some("Calm".parse().unwrap()),
            sensitivity: Some(crate::record::Sensitivity {
                added: [crate::SensitiveCategory::MentalHealth].into(),
                removed: BTreeSet::new(),
            }),
        },
    };
    let differing: Vec<_> = one.differences(&other).collect();
    assert_eq!(differing, DraftField::ALL);
}
