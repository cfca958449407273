//! Tests of a doctor's clinics, terms and hours.

use super::*;

#[test]
fn a_doctor_can_be_affiliated_with_several_clinics() {
    given(&[registered(), affiliated(clinic(1))])
        .when(affiliate(clinic(2), inr(50_000)))
        .then_expect_events(vec![affiliated(clinic(2))]);
}

#[test]
fn a_doctor_who_works_at_a_clinic_on_these_terms_is_not_affiliated_again() {
    given(&[registered(), affiliated(clinic(1))])
        .when(affiliate(clinic(1), inr(50_000)))
        .then_expect_events(vec![]);
}

#[test]
fn a_doctor_who_works_at_a_clinic_is_not_affiliated_on_other_terms() {
    given(&[registered(), affiliated(clinic(1))])
        .when(affiliate(clinic(1), inr(60_000)))
        .then_expect_error(DoctorRefusal::AlreadyAffiliated {
            clinic: clinic_id(1),
        });
}

#[test]
fn a_fee_is_in_the_clinics_currency() {
    let dollars = Money::new(5_000, Currency::Usd).unwrap();
    let (charged, given_in) = (Currency::Inr, Currency::Usd);
    let refusal = DoctorRefusal::FeeInForeignCurrency {
        charged,
        given: given_in,
    };
    given(&[registered()])
        .when(affiliate(clinic(1), dollars))
        .then_expect_error(refusal);
    given(&[registered(), affiliated(clinic(1))])
        .when(set_terms(dollars))
        .then_expect_error(refusal);
}

#[test]
fn terms_can_be_set_anew() {
    given(&[registered(), affiliated(clinic(1))])
        .when(set_terms(inr(0)))
        .then_expect_events(vec![terms_set(inr(0))]);
}

#[test]
fn equal_terms_are_no_new_terms() {
    given(&[registered(), affiliated(clinic(1)), terms_set(inr(0))])
        .when(set_terms(inr(0)))
        .then_expect_events(vec![]);
}

#[test]
fn terms_need_an_affiliation() {
    given(&[registered()])
        .when(set_terms(inr(0)))
        .then_expect_error(DoctorRefusal::NotAffiliated {
            clinic: clinic_id(1),
        });
}

#[test]
fn weekly_hours_can_be_set() {
    let hours = mondays("09:00", "12:00");
    given(&[registered(), affiliated(clinic(1))])
        .when(set_hours(1, hours.clone()))
        .then_expect_events(vec![hours_set(1, hours)]);
}

#[test]
fn equal_hours_are_no_new_hours() {
    let hours = mondays("09:00", "12:00");
    given(&[
        registered(),
        affiliated(clinic(1)),
        hours_set(1, hours.clone()),
    ])
    .when(set_hours(1, hours))
    .then_expect_events(vec![]);
}

#[test]
fn weekly_hours_need_an_affiliation() {
    given(&[registered()])
        .when(set_hours(1, WeeklyHours::default()))
        .then_expect_error(DoctorRefusal::NotAffiliated {
            clinic: clinic_id(1),
        });
}

#[test]
fn a_doctor_is_not_at_two_clinics_at_once() {
    given(&[
        registered(),
        affiliated(clinic(1)),
        affiliated(clinic(2)),
        hours_set(1, mondays("09:00", "12:00")),
    ])
    .when(set_hours(2, mondays("11:00", "13:00")))
    .then_expect_error(DoctorRefusal::HoursOverlapAtOtherClinic {
        clinic: clinic_id(1),
    });
}

#[test]
fn a_doctor_may_go_from_one_clinic_to_the_next() {
    let hours = mondays("12:00", "13:00");
    given(&[
        registered(),
        affiliated(clinic(1)),
        affiliated(clinic(2)),
        hours_set(1, mondays("09:00", "12:00")),
    ])
    .when(set_hours(2, hours.clone()))
    .then_expect_events(vec![hours_set(2, hours)]);
}

#[test]
fn hours_on_different_wall_clocks_are_not_compared() {
    let in_london = ClinicFacts {
        zone: zone("Europe/London"),
        ..clinic(2)
    };
    let hours = mondays("09:00", "12:00");
    given(&[
        registered(),
        affiliated(clinic(1)),
        affiliated(in_london),
        hours_set(1, hours.clone()),
    ])
    .when(set_hours(2, hours.clone()))
    .then_expect_events(vec![hours_set(2, hours)]);
}
