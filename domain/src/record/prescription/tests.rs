//! Tests of the prescription's rules, one for each.

use chrono::TimeDelta;
use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::warning_tests::line;
use super::*;
use crate::phi::Phi;
use crate::record::EnteredInErrorPhi;
use crate::test_fixtures::{
    allergy_id, clinic_id, doctor_id, now, patient_id, prescription_id, reason, treating,
};

fn given(events: &[PrescriptionEvent]) -> AggregateTestExecutor<Prescription> {
    TestFramework::with(()).given(events.to_vec())
}

fn lines(drug: &str) -> PrescriptionLines {
    PrescriptionLines::try_from(vec![line(drug, &[])]).unwrap()
}

fn warning(number: u128) -> Warning {
    let allergy = allergy_id(number);
    Warning::Allergy { line: 0, allergy }
}

fn overridden(warnings: &[Warning]) -> OverriddenWarnings {
    OverriddenWarnings {
        warnings: warnings.to_vec(),
        reason: reason("Tolerated before"),
    }
}

fn prescribed(warnings: &[Warning], overridden: Option<OverriddenWarnings>) -> Prescribed {
    Prescribed {
        lines: lines("Amoxicillin"),
        warnings: warnings.to_vec(),
        overridden,
        sensitivity: None,
    }
}

fn issue(prescribed: Prescribed) -> PrescriptionCommand {
    PrescriptionCommand::Issue(IssuePrescription {
        prescription: prescription_id(1),
        patient: patient_id(),
        doctor: doctor_id(),
        clinic: clinic_id(1),
        appointment: None,
        prescribed,
        by: treating(),
        at: now(),
    })
}

fn issued(overridden: Option<OverriddenWarnings>) -> PrescriptionEvent {
    PrescriptionEvent::Issued(PrescriptionIssued {
        prescription: prescription_id(1),
        patient: patient_id(),
        doctor: doctor_id(),
        clinic: clinic_id(1),
        appointment: None,
        by: treating(),
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(PrescriptionIssuedPhi {
            lines: lines("Amoxicillin"),
            overridden,
            sensitivity: None,
        }),
    })
}

fn amend(prescribed: Prescribed) -> PrescriptionCommand {
    PrescriptionCommand::Amend(AmendPrescription {
        doctor: doctor_id(),
        prescribed,
        reason: reason("A lower dose"),
        by: treating(),
        at: now(),
    })
}

fn amended(amends: u32) -> PrescriptionEvent {
    PrescriptionEvent::Amended(PrescriptionAmended {
        prescription: prescription_id(1),
        amends,
        patient: patient_id(),
        doctor: doctor_id(),
        by: treating(),
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(PrescriptionAmendedPhi {
            lines: lines("Amoxicillin"),
            reason: reason("A lower dose"),
            overridden: None,
            sensitivity: None,
        }),
    })
}

fn cancel() -> PrescriptionCommand {
    PrescriptionCommand::Cancel(CancelPrescription {
        reason: reason("A rash"),
        by: treating(),
        at: now(),
    })
}

fn cancelled() -> PrescriptionEvent {
    PrescriptionEvent::Cancelled(PrescriptionCancelled {
        prescription: prescription_id(1),
        patient: patient_id(),
        by: treating(),
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(PrescriptionCancelledPhi {
            reason: reason("A rash"),
        }),
    })
}

fn mark() -> PrescriptionCommand {
    PrescriptionCommand::MarkEnteredInError(MarkPrescriptionEnteredInError {
        reason: reason("Another patient"),
        by: treating(),
        at: now(),
    })
}

fn marked() -> PrescriptionEvent {
    PrescriptionEvent::EnteredInError(PrescriptionEnteredInError {
        prescription: prescription_id(1),
        patient: patient_id(),
        by: treating(),
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(EnteredInErrorPhi {
            reason: reason("Another patient"),
        }),
    })
}

#[test]
fn a_prescription_without_warnings_is_issued() {
    given(&[])
        .when(issue(prescribed(&[], None)))
        .then_expect_events(vec![issued(None)]);
}

#[test]
fn it_is_refused_until_each_warning_is_overridden() {
    let both = [warning(1), warning(2)];
    for too_few in [None, Some(overridden(&[warning(1)])), Some(overridden(&[]))] {
        given(&[])
            .when(issue(prescribed(&both, too_few.clone())))
            .then_expect_error(PrescriptionRefusal::Warnings(both.to_vec()));
        given(&[issued(None)])
            .when(amend(prescribed(&both, too_few)))
            .then_expect_error(PrescriptionRefusal::Warnings(both.to_vec()));
    }
    given(&[])
        .when(issue(prescribed(&both, Some(overridden(&both)))))
        .then_expect_events(vec![issued(Some(overridden(&both)))]);
}

#[test]
fn only_warnings_that_exist_are_recorded_as_overridden() {
    let more = overridden(&[warning(1), warning(2)]);
    given(&[])
        .when(issue(prescribed(&[warning(1)], Some(more.clone()))))
        .then_expect_events(vec![issued(Some(overridden(&[warning(1)])))]);
    given(&[])
        .when(issue(prescribed(&[], Some(more))))
        .then_expect_events(vec![issued(None)]);
}

#[test]
fn an_id_is_used_once() {
    given(&[issued(None)])
        .when(issue(prescribed(&[], None)))
        .then_expect_error(PrescriptionRefusal::AlreadyExists);
}

#[test]
fn an_amendment_names_the_revision_that_it_replaces() {
    given(&[issued(None)])
        .when(amend(prescribed(&[], None)))
        .then_expect_events(vec![amended(1)]);
    given(&[issued(None), amended(1)])
        .when(amend(prescribed(&[], None)))
        .then_expect_events(vec![amended(2)]);
}

#[test]
fn what_was_never_issued_can_not_be_changed() {
    for command in [amend(prescribed(&[], None)), cancel(), mark()] {
        given(&[])
            .when(command)
            .then_expect_error(PrescriptionRefusal::NotFound);
    }
}

#[test]
fn a_cancelled_prescription_is_not_amended() {
    given(&[issued(None)])
        .when(cancel())
        .then_expect_events(vec![cancelled()]);
    given(&[issued(None), cancelled()])
        .when(amend(prescribed(&[], None)))
        .then_expect_error(PrescriptionRefusal::Cancelled);
    given(&[issued(None), cancelled()])
        .when(cancel())
        .then_expect_events(vec![]);
}

#[test]
fn a_prescription_entered_in_error_changes_no_more() {
    for before in [vec![issued(None)], vec![issued(None), cancelled()]] {
        given(&before)
            .when(mark())
            .then_expect_events(vec![marked()]);
    }
    let marked = [issued(None), marked()];
    for command in [amend(prescribed(&[], None)), cancel()] {
        given(&marked)
            .when(command)
            .then_expect_error(PrescriptionRefusal::EnteredInError);
    }
    given(&marked).when(mark()).then_expect_events(vec![]);
}

#[test]
fn the_state_has_the_status_and_the_revision_that_readers_see() {
    let histories = [
        vec![issued(None)],
        vec![issued(None), amended(1)],
        vec![issued(None), amended(1), cancelled()],
        vec![issued(None), cancelled(), marked()],
    ];
    for events in histories {
        let state = events.iter().fold(Prescription::default(), evolve);
        let state = *state.issued().unwrap();
        let view = PrescriptionView::from_events(events).unwrap();
        assert_eq!(
            (state.status, state.revision),
            (view.status(), view.revision)
        );
    }
}

#[test]
fn readers_see_what_changed_after_a_version() {
    let events = [issued(None), amended(1), cancelled()];
    let view = PrescriptionView::from_events(events).unwrap();
    assert_eq!(view.changed_since(1), ["lines", "status"]);
    assert_eq!(view.changed_since(2), ["status"]);
    assert_eq!(view.changed_since(3), [""; 0]);
}

#[test]
fn drugs_are_current_until_their_course_is_over_or_the_prescription_ends() {
    let mut week = line("Amoxicillin", &[]);
    week.course_days = Some(CourseDays::try_from(7).unwrap());
    let content = PrescriptionIssuedPhi {
        lines: PrescriptionLines::try_from(vec![week, line("Salbutamol", &[])]).unwrap(),
        overridden: None,
        sensitivity: None,
    };
    let view = PrescriptionView {
        content: Phi::Clear(content),
        ..PrescriptionView::from_events([issued(None)]).unwrap()
    };
    let end = now() + TimeDelta::days(7);
    assert_eq!(
        view.current_drugs(end - TimeDelta::microseconds(1)).len(),
        2
    );
    assert_eq!(view.current_drugs(end).len(), 1);
    let view = PrescriptionView::from_events([issued(None), cancelled()]).unwrap();
    assert_eq!(view.current_drugs(now()), []);
}
