//! Rules of hours on particular dates, one test for each. The doctor works at two clinics.

use super::tests::{affiliated, after, given, hours_set, mondays, registered, set_hours};
use super::*;
use crate::clinic::ClinicFacts;
use crate::test_fixtures::{admin, clinic, clinic_id, date, day, doctor_id, instant, now, zone};
use crate::values::{DayHours, NotPlannable};

/// The Monday after the day on which the tests take place.
const MONDAY: &str = "2026-03-02";

fn set(at_clinic: u128, on: &str, hours: DayHours) -> DoctorCommand {
    DoctorCommand::SetDateHours(SetDateHours {
        clinic: clinic_id(at_clinic),
        date: date(on),
        hours,
        by: admin(),
        at: now(),
    })
}

fn was_set(at_clinic: u128, on: &str, hours: DayHours) -> DoctorEvent {
    DoctorEvent::DateHoursSet(DoctorDateHoursSet {
        doctor: doctor_id(),
        clinic: clinic_id(at_clinic),
        date: date(on),
        hours,
        by: admin(),
        at: now(),
    })
}

fn clear(at_clinic: u128, on: &str) -> DoctorCommand {
    DoctorCommand::ClearDateHours(ClearDateHours {
        clinic: clinic_id(at_clinic),
        date: date(on),
        by: admin(),
        at: now(),
    })
}

fn was_cleared(at_clinic: u128, on: &str) -> DoctorEvent {
    DoctorEvent::DateHoursCleared(DoctorDateHoursCleared {
        doctor: doctor_id(),
        clinic: clinic_id(at_clinic),
        date: date(on),
        by: admin(),
        at: now(),
    })
}

fn day_off() -> DayHours {
    DayHours::default()
}

/// At work at two clinics of one city, followed by some events.
fn at_two_clinics(since: &[DoctorEvent]) -> Vec<DoctorEvent> {
    let mut events = vec![registered(), affiliated(clinic(1)), affiliated(clinic(2))];
    events.extend_from_slice(since);
    events
}

fn at_clinic_1() -> DoctorRefusal {
    DoctorRefusal::HoursOverlapAtOtherClinic {
        clinic: clinic_id(1),
    }
}

#[test]
fn a_date_can_have_hours_of_its_own() {
    let hours = day(&[("14:00", "16:00")]);
    given(&at_two_clinics(&[]))
        .when(set(1, MONDAY, hours.clone()))
        .then_expect_events(vec![was_set(1, MONDAY, hours)]);
}

#[test]
fn a_day_off_is_a_date_without_openings() {
    given(&at_two_clinics(&[hours_set(1, mondays("09:00", "12:00"))]))
        .when(set(1, MONDAY, day_off()))
        .then_expect_events(vec![was_set(1, MONDAY, day_off())]);
}

#[test]
fn equal_hours_of_a_date_are_no_new_hours() {
    given(&at_two_clinics(&[was_set(1, MONDAY, day_off())]))
        .when(set(1, MONDAY, day_off()))
        .then_expect_events(vec![]);
}

#[test]
fn the_week_can_be_let_hold_again() {
    given(&at_two_clinics(&[was_set(1, MONDAY, day_off())]))
        .when(clear(1, MONDAY))
        .then_expect_events(vec![was_cleared(1, MONDAY)]);
    given(&at_two_clinics(&[]))
        .when(clear(1, MONDAY))
        .then_expect_events(vec![]);
}

#[test]
fn hours_of_a_date_need_an_affiliation() {
    let refusal = DoctorRefusal::NotAffiliated {
        clinic: clinic_id(3),
    };
    for command in [set(3, MONDAY, day_off()), clear(3, MONDAY)] {
        given(&at_two_clinics(&[]))
            .when(command)
            .then_expect_error(refusal);
    }
}

#[test]
fn nothing_is_said_of_days_that_are_over_or_years_ahead() {
    for (on, why) in [
        ("2026-02-28", NotPlannable::InPast),
        ("2027-12-31", NotPlannable::TooFarAhead),
    ] {
        for command in [set(1, on, day_off()), clear(1, on)] {
            given(&at_two_clinics(&[]))
                .when(command)
                .then_expect_error(DoctorRefusal::NotPlannable(why));
        }
    }
}

#[test]
fn a_date_at_one_clinic_does_not_overlap_the_week_at_another() {
    given(&at_two_clinics(&[hours_set(1, mondays("09:00", "12:00"))]))
        .when(set(2, MONDAY, day(&[("11:00", "13:00")])))
        .then_expect_error(at_clinic_1());
}

#[test]
fn a_date_at_one_clinic_may_follow_the_week_at_another() {
    let hours = day(&[("12:00", "13:00")]);
    given(&at_two_clinics(&[hours_set(1, mondays("09:00", "12:00"))]))
        .when(set(2, MONDAY, hours.clone()))
        .then_expect_events(vec![was_set(2, MONDAY, hours)]);
}

#[test]
fn a_date_does_not_overlap_the_same_date_at_another_clinic() {
    given(&at_two_clinics(&[was_set(
        1,
        MONDAY,
        day(&[("18:00", "20:00")]),
    )]))
    .when(set(2, MONDAY, day(&[("19:00", "21:00")])))
    .then_expect_error(at_clinic_1());
}

#[test]
fn who_has_a_day_off_at_one_clinic_can_work_at_another() {
    let hours = day(&[("09:00", "12:00")]);
    given(&at_two_clinics(&[
        hours_set(1, mondays("09:00", "12:00")),
        was_set(1, MONDAY, day_off()),
    ]))
    .when(set(2, MONDAY, hours.clone()))
    .then_expect_events(vec![was_set(2, MONDAY, hours)]);
}

#[test]
fn a_day_off_is_not_taken_back_while_the_doctor_works_elsewhere() {
    given(&at_two_clinics(&[
        hours_set(1, mondays("09:00", "12:00")),
        was_set(1, MONDAY, day_off()),
        was_set(2, MONDAY, day(&[("09:00", "12:00")])),
    ]))
    .when(clear(1, MONDAY))
    .then_expect_error(DoctorRefusal::HoursOverlapAtOtherClinic {
        clinic: clinic_id(2),
    });
}

#[test]
fn a_week_does_not_overlap_a_date_at_another_clinic() {
    given(&at_two_clinics(&[was_set(
        1,
        MONDAY,
        day(&[("09:00", "12:00")]),
    )]))
    .when(set_hours(2, mondays("11:00", "13:00")))
    .then_expect_error(at_clinic_1());
}

#[test]
fn a_week_may_overlap_a_date_on_which_it_does_not_hold() {
    let week = mondays("11:00", "13:00");
    given(&at_two_clinics(&[
        was_set(2, MONDAY, day_off()),
        was_set(1, MONDAY, day(&[("09:00", "12:00")])),
    ]))
    .when(set_hours(2, week.clone()))
    .then_expect_events(vec![hours_set(2, week)]);
}

#[test]
fn a_week_may_overlap_a_date_that_is_over() {
    let week = mondays("11:00", "13:00");
    let last_monday = was_set(1, "2026-02-23", day(&[("09:00", "12:00")]));
    given(&at_two_clinics(&[last_monday]))
        .when(set_hours(2, week.clone()))
        .then_expect_events(vec![hours_set(2, week)]);
}

#[test]
fn dates_on_different_wall_clocks_are_compared_as_what_they_are() {
    let in_london = ClinicFacts {
        zone: zone("Europe/London"),
        ..clinic(3)
    };
    // Nine to twelve in Bengaluru is 03:30 to 06:30 in London.
    let mut events = at_two_clinics(&[hours_set(1, mondays("09:00", "12:00"))]);
    events.push(affiliated(in_london));
    given(&events)
        .when(set(3, MONDAY, day(&[("06:00", "07:00")])))
        .then_expect_error(at_clinic_1());
    let hours = day(&[("09:00", "12:00")]);
    given(&events)
        .when(set(3, MONDAY, hours.clone()))
        .then_expect_events(vec![was_set(3, MONDAY, hours)]);
    // Late on Sunday in London is early on Monday in Bengaluru.
    let early = hours_set(1, mondays("04:00", "05:00"));
    given(&[
        registered(),
        affiliated(clinic(1)),
        affiliated(in_london),
        early,
    ])
    .when(set(3, "2026-03-01", day(&[("22:00", "23:00")])))
    .then_expect_error(at_clinic_1());
}

#[test]
fn a_booking_learns_of_the_dates() {
    let hours = day(&[("14:00", "16:00")]);
    let doctor = after(&at_two_clinics(&[was_set(1, MONDAY, hours.clone())]));
    let terms = |doctor: &Doctor| doctor.facts_at(clinic_id(1)).unwrap().affiliation.unwrap();
    assert_eq!(terms(&doctor).dated_hours.on(date(MONDAY)), Some(&hours));
    let doctor = evolve(doctor, &was_cleared(1, MONDAY));
    assert_eq!(terms(&doctor).dated_hours.on(date(MONDAY)), None);
}

#[test]
fn dates_that_are_long_over_are_forgotten() {
    let later = DoctorEvent::DateHoursSet(DoctorDateHoursSet {
        doctor: doctor_id(),
        clinic: clinic_id(1),
        date: date("2027-01-04"),
        hours: day_off(),
        by: admin(),
        at: instant("2027-01-01T00:00:00Z"),
    });
    let doctor = after(&at_two_clinics(&[was_set(1, MONDAY, day_off()), later]));
    let terms = doctor.facts_at(clinic_id(1)).unwrap().affiliation.unwrap();
    let kept: Vec<_> = terms.dated_hours.iter().map(|(date, _)| date).collect();
    assert_eq!(kept, [date("2027-01-04")]);
}

#[test]
fn dates_of_a_doctor_who_is_not_there_change_nothing() {
    for command in [set(1, MONDAY, day_off()), clear(1, MONDAY)] {
        given(&[])
            .when(command)
            .then_expect_error(DoctorRefusal::NotFound);
    }
    for event in [was_set(1, MONDAY, day_off()), was_cleared(1, MONDAY)] {
        assert_eq!(evolve(Doctor::Unregistered, &event), Doctor::Unregistered);
        let doctor = after(&[registered()]);
        assert_eq!(evolve(doctor.clone(), &event), doctor);
    }
}
