//! Tests of the rules of health summaries, one for each.

use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use uuid::Uuid;

use super::*;
use crate::phi::Phi;
use crate::record::{ClinicalText, Diagnosis, EnteredInErrorPhi, PartialDate};
use crate::test_fixtures::{account_id, doctor_id, now, patient_id, reason};
use crate::values::{Actor, Role, SummaryItemId};

fn item(number: u128) -> SummaryItemId {
    SummaryItemId::from_uuid(Uuid::from_u128(0x81 << 64 | number))
}

fn doctor() -> Actor {
    Actor::account(account_id(2), Role::Doctor)
}

fn date(raw: &str) -> PartialDate {
    PartialDate::parse(raw).unwrap()
}

fn asthma(onset: Option<&str>) -> SummaryContent {
    SummaryContent::Problem(Problem {
        diagnosis: Diagnosis {
            condition: "Asthma".parse().unwrap(),
            icd10: Some("J45.9".parse().unwrap()),
        },
        onset: onset.map(date),
        remark: None,
    })
}

fn vaccination() -> SummaryContent {
    SummaryContent::Immunisation(Immunisation {
        vaccine: "Hepatitis B".parse().unwrap(),
        given_on: date("2020-02"),
        dose_number: Some(DoseNumber::try_from(2).unwrap()),
        lot: None,
        remark: None,
    })
}

fn family() -> SummaryContent {
    SummaryContent::FamilyHistory(FamilyHistory {
        relative: FamilyMember::Father,
        diagnosis: Diagnosis {
            condition: "Stroke".parse().unwrap(),
            icd10: None,
        },
        onset_age: Some(OnsetAge::try_from(61).unwrap()),
        remark: None,
    })
}

fn smoking() -> SummaryContent {
    SummaryContent::SocialHistory(SocialHistory {
        topic: SocialTopic::Tobacco,
        statement: ClinicalText::parse("Ten a day").unwrap(),
        since: Some(date("1998")),
    })
}

fn add(content: SummaryContent) -> HealthSummaryCommand {
    HealthSummaryCommand::Add(AddItem {
        patient: patient_id(),
        item: item(1),
        content,
        sensitivity: None,
        appointment: None,
        clinic: None,
        doctor: Some(doctor_id()),
        by: doctor(),
        at: now(),
    })
}

fn added(number: u128, content: SummaryContent) -> HealthSummaryEvent {
    HealthSummaryEvent::Added(ItemAdded {
        patient: patient_id(),
        item: item(number),
        kind: content.kind(),
        appointment: None,
        clinic: None,
        doctor: Some(doctor_id()),
        by: doctor(),
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(ItemAddedPhi {
            content,
            sensitivity: None,
        }),
    })
}

fn correct(content: SummaryContent) -> HealthSummaryCommand {
    HealthSummaryCommand::Correct(CorrectItem {
        item: item(1),
        content,
        sensitivity: None,
        reason: reason("Mistyped"),
        doctor: None,
        by: doctor(),
        at: now(),
    })
}

fn corrected(corrects: u32, content: SummaryContent) -> HealthSummaryEvent {
    HealthSummaryEvent::Corrected(ItemCorrected {
        patient: patient_id(),
        item: item(1),
        corrects,
        revision: corrects + 1,
        doctor: None,
        by: doctor(),
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(ItemCorrectedPhi {
            content,
            sensitivity: None,
            reason: reason("Mistyped"),
        }),
    })
}

fn end(ended_on: Option<&str>) -> HealthSummaryCommand {
    HealthSummaryCommand::End(EndItem {
        item: item(1),
        ended_on: ended_on.map(date),
        reason: None,
        doctor: None,
        by: doctor(),
        at: now(),
    })
}

fn ended(revision: u32, ended_on: Option<&str>) -> HealthSummaryEvent {
    HealthSummaryEvent::Ended(ItemEnded {
        patient: patient_id(),
        item: item(1),
        revision,
        doctor: None,
        by: doctor(),
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(ItemEndedPhi {
            ended_on: ended_on.map(date),
            reason: None,
        }),
    })
}

fn enter_in_error() -> HealthSummaryCommand {
    HealthSummaryCommand::EnterInError(EnterItemInError {
        item: item(1),
        reason: reason("Another patient's"),
        doctor: None,
        by: doctor(),
        at: now(),
    })
}

fn entered_in_error(corrects: u32) -> HealthSummaryEvent {
    HealthSummaryEvent::EnteredInError(ItemEnteredInError {
        patient: patient_id(),
        item: item(1),
        corrects,
        revision: corrects + 1,
        doctor: None,
        by: doctor(),
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(EnteredInErrorPhi {
            reason: reason("Another patient's"),
        }),
    })
}

fn given(events: &[HealthSummaryEvent]) -> AggregateTestExecutor<HealthSummary> {
    TestFramework::with(()).given(events.to_vec())
}

#[test]
fn an_item_of_each_kind_is_added() {
    for content in [asthma(Some("2019")), vaccination(), family(), smoking()] {
        given(&[])
            .when(add(content.clone()))
            .then_expect_events(vec![added(1, content)]);
    }
}

#[test]
fn an_item_is_added_once() {
    given(&[added(1, smoking())])
        .when(add(asthma(None)))
        .then_expect_error(HealthSummaryRefusal::AlreadyAdded);
}

#[test]
fn a_summary_has_at_most_a_thousand_items() {
    let full: Vec<_> = (2..=1_001).map(|number| added(number, smoking())).collect();
    given(&full)
        .when(add(asthma(None)))
        .then_expect_error(HealthSummaryRefusal::TooManyItems { max: 1_000 });
    given(&full[1..])
        .when(add(asthma(None)))
        .then_expect_events(vec![added(1, asthma(None))]);
}

#[test]
fn a_summary_tells_of_no_future() {
    // It is noon of 1 March in UTC, and in the east the second has begun.
    given(&[])
        .when(add(asthma(Some("2026-03-02"))))
        .then_expect_events(vec![added(1, asthma(Some("2026-03-02")))]);
    let history = [added(1, asthma(None))];
    for date in ["2026-03-03", "2026-04", "2027"] {
        given(&[])
            .when(add(asthma(Some(date))))
            .then_expect_error(HealthSummaryRefusal::InFuture);
        given(&history)
            .when(correct(asthma(Some(date))))
            .then_expect_error(HealthSummaryRefusal::InFuture);
        given(&history)
            .when(end(Some(date)))
            .then_expect_error(HealthSummaryRefusal::EndsInFuture);
    }
}

#[test]
fn a_correction_names_the_revision_that_it_corrects() {
    given(&[added(1, asthma(None))])
        .when(correct(asthma(Some("2019"))))
        .then_expect_events(vec![corrected(1, asthma(Some("2019")))]);
    given(&[added(1, asthma(None)), ended(2, None)])
        .when(correct(asthma(Some("2019"))))
        .then_expect_events(vec![corrected(2, asthma(Some("2019")))]);
}

#[test]
fn an_item_stays_of_its_kind() {
    given(&[added(1, asthma(None))])
        .when(correct(family()))
        .then_expect_error(HealthSummaryRefusal::OtherKind {
            kind: SummaryKind::Problem,
        });
}

#[test]
fn problems_and_social_history_end_once() {
    for content in [asthma(None), smoking()] {
        given(&[added(1, content.clone())])
            .when(end(Some("2026-02")))
            .then_expect_events(vec![ended(2, Some("2026-02"))]);
        given(&[added(1, content), ended(2, None)])
            .when(end(None))
            .then_expect_error(HealthSummaryRefusal::AlreadyEnded);
    }
}

#[test]
fn immunisations_and_family_history_do_not_end() {
    for content in [vaccination(), family()] {
        given(&[added(1, content.clone())])
            .when(end(None))
            .then_expect_error(HealthSummaryRefusal::DoesNotEnd {
                kind: content.kind(),
            });
    }
}

#[test]
fn an_item_that_was_entered_in_error_stays_so() {
    let history = [added(1, asthma(None)), entered_in_error(1)];
    given(&history[..1])
        .when(enter_in_error())
        .then_expect_events(vec![entered_in_error(1)]);
    given(&history)
        .when(enter_in_error())
        .then_expect_events(vec![]);
    for command in [correct(asthma(None)), end(None)] {
        given(&history)
            .when(command)
            .then_expect_error(HealthSummaryRefusal::EnteredInError);
    }
}

#[test]
fn an_item_that_is_not_there_is_not_changed() {
    for command in [correct(asthma(None)), end(None), enter_in_error()] {
        given(&[added(2, asthma(None))])
            .when(command)
            .then_expect_error(HealthSummaryRefusal::NotFound);
    }
}

#[test]
fn events_that_cannot_follow_change_nothing() {
    for event in [
        corrected(1, asthma(None)),
        ended(2, None),
        entered_in_error(1),
    ] {
        let state = evolve(HealthSummary::default(), &event);
        assert!(state.is_empty());
    }
    let state = evolve(HealthSummary::default(), &added(1, asthma(None)));
    assert_eq!(evolve(state.clone(), &added(1, smoking())), state);
}

#[test]
fn numbers_of_doses_and_ages_have_bounds() {
    assert!(DoseNumber::try_from(1).is_ok() && DoseNumber::try_from(99).is_ok());
    assert_eq!(DoseNumber::try_from(0), Err(InvalidDoseNumber));
    assert_eq!(DoseNumber::try_from(100), Err(InvalidDoseNumber));
    assert!(OnsetAge::try_from(0).is_ok() && OnsetAge::try_from(120).is_ok());
    assert_eq!(OnsetAge::try_from(121), Err(InvalidOnsetAge));
}

#[test]
fn what_an_item_says_hides_from_debug_output() {
    let shown = format!("{:?} {:?}", family(), smoking());
    for word in ["Father", "Stroke", "61", "Tobacco", "Ten", "1998"] {
        assert!(!shown.contains(word), "{word} in {shown}");
    }
}
