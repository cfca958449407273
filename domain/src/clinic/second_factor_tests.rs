//! Tests of the setting that asks a second factor of the staff.

use super::tests::{given, opened};
use super::*;
use crate::test_fixtures::{admin, clinic_id, now};

fn set(required: Option<bool>) -> ClinicCommand {
    ClinicCommand::SetStaffSecondFactor(SetStaffSecondFactor {
        required,
        by: admin(),
        at: now(),
    })
}

fn was_set(required: Option<bool>) -> ClinicEvent {
    ClinicEvent::StaffSecondFactorSet(ClinicStaffSecondFactorSet {
        clinic: clinic_id(1),
        required,
        by: admin(),
        at: now(),
    })
}

#[test]
fn a_clinic_requires_a_second_factor_or_not_or_leaves_it_to_the_group() {
    let mut history = vec![opened()];
    for required in [Some(true), Some(false), None] {
        given(&history)
            .when(set(required))
            .then_expect_events(vec![was_set(required)]);
        history.push(was_set(required));
        let clinic = history.iter().fold(Clinic::default(), evolve);
        assert_eq!(clinic.staff_second_factor(), required);
        given(&history)
            .when(set(required))
            .then_expect_events(vec![]);
    }
}

#[test]
fn a_new_clinic_leaves_it_to_the_group() {
    given(&[opened()])
        .when(set(None))
        .then_expect_events(vec![]);
    given(&[])
        .when(set(Some(true)))
        .then_expect_error(ClinicRefusal::NotFound);
}
