//! Rules of a clinic's holidays, one test for each.

use chrono::{Days, NaiveDate};

use super::tests::{given, opened};
use super::*;
use crate::test_fixtures::{admin, clinic_id, date, instant, now};
use crate::values::{MAX_DAYS_AHEAD, NotPlannable};

const CHRISTMAS: &str = "2026-12-25";

fn declare(day: &str, name: &str) -> ClinicCommand {
    ClinicCommand::DeclareHoliday(DeclareHoliday {
        date: date(day),
        name: name.parse().unwrap(),
        by: admin(),
        at: now(),
    })
}

fn declared_on(date: NaiveDate, name: &str) -> ClinicEvent {
    ClinicEvent::HolidayDeclared(ClinicHolidayDeclared {
        clinic: clinic_id(1),
        date,
        name: name.parse().unwrap(),
        by: admin(),
        at: now(),
    })
}

fn declared(day: &str, name: &str) -> ClinicEvent {
    declared_on(date(day), name)
}

fn withdraw(day: &str) -> ClinicCommand {
    ClinicCommand::WithdrawHoliday(WithdrawHoliday {
        date: date(day),
        by: admin(),
        at: now(),
    })
}

fn withdrawn(day: &str) -> ClinicEvent {
    ClinicEvent::HolidayWithdrawn(ClinicHolidayWithdrawn {
        clinic: clinic_id(1),
        date: date(day),
        by: admin(),
        at: now(),
    })
}

fn after(events: &[ClinicEvent]) -> Clinic {
    events.iter().fold(Clinic::default(), evolve)
}

#[test]
fn a_holiday_can_be_declared_and_withdrawn() {
    given(&[opened()])
        .when(declare(CHRISTMAS, "Christmas"))
        .then_expect_events(vec![declared(CHRISTMAS, "Christmas")]);
    given(&[opened(), declared(CHRISTMAS, "Christmas")])
        .when(withdraw(CHRISTMAS))
        .then_expect_events(vec![withdrawn(CHRISTMAS)]);
}

#[test]
fn a_holiday_can_be_called_something_else() {
    given(&[opened(), declared(CHRISTMAS, "Xmas")])
        .when(declare(CHRISTMAS, "Christmas"))
        .then_expect_events(vec![declared(CHRISTMAS, "Christmas")]);
}

#[test]
fn a_holiday_is_not_declared_again_and_a_working_day_not_withdrawn() {
    given(&[opened(), declared(CHRISTMAS, "Christmas")])
        .when(declare(CHRISTMAS, "Christmas"))
        .then_expect_events(vec![]);
    given(&[opened()])
        .when(withdraw(CHRISTMAS))
        .then_expect_events(vec![]);
}

#[test]
fn today_can_be_a_holiday_but_no_day_before_it() {
    given(&[opened()])
        .when(declare("2026-03-01", "Flood"))
        .then_expect_events(vec![declared("2026-03-01", "Flood")]);
    let past = ClinicRefusal::NotPlannable(NotPlannable::InPast);
    given(&[opened()])
        .when(declare("2026-02-28", "Flood"))
        .then_expect_error(past);
    given(&[opened()])
        .when(withdraw("2026-02-28"))
        .then_expect_error(past);
}

#[test]
fn a_holiday_years_ahead_is_refused() {
    given(&[opened()])
        .when(declare("2027-12-25", "Christmas"))
        .then_expect_error(ClinicRefusal::NotPlannable(NotPlannable::TooFarAhead));
}

#[test]
fn a_clinic_has_at_most_120_holidays_to_come() {
    let days = date("2026-03-02").iter_days().take(MAX_HOLIDAYS);
    let mut events = vec![opened()];
    events.extend(days.map(|day| declared_on(day, "Closed")));
    given(&events)
        .when(declare(CHRISTMAS, "Christmas"))
        .then_expect_error(ClinicRefusal::TooManyHolidays { max: 120 });
    // One of them may still get another name.
    given(&events)
        .when(declare("2026-03-02", "Holi"))
        .then_expect_events(vec![declared("2026-03-02", "Holi")]);
}

#[test]
fn holidays_are_remembered_until_they_are_long_over() {
    let clinic = after(&[opened(), declared("2026-03-02", "Holi")]);
    assert!(clinic.holidays().contains(date("2026-03-02")));
    let next_year = ClinicEvent::HolidayDeclared(ClinicHolidayDeclared {
        clinic: clinic_id(1),
        date: date("2027-03-22"),
        name: "Holi".parse().unwrap(),
        by: admin(),
        at: instant("2027-01-01T00:00:00Z"),
    });
    let clinic = evolve(clinic, &next_year);
    let kept: Vec<_> = clinic.holidays().iter().map(|(date, _)| date).collect();
    assert_eq!(kept, [date("2027-03-22")]);
}

#[test]
fn a_clinic_that_is_not_there_has_no_holidays() {
    for command in [declare(CHRISTMAS, "Christmas"), withdraw(CHRISTMAS)] {
        given(&[])
            .when(command)
            .then_expect_error(ClinicRefusal::NotFound);
    }
    for event in [declared(CHRISTMAS, "Christmas"), withdrawn(CHRISTMAS)] {
        assert_eq!(after(&[event]), Clinic::Unopened);
    }
    assert_eq!(Clinic::Unopened.holidays().iter().count(), 0);
}

#[test]
fn the_last_day_that_can_be_declared_is_400_days_away() {
    let last = now().date_naive() + Days::new(u64::from(MAX_DAYS_AHEAD));
    given(&[opened()])
        .when(declare(&last.to_string(), "Ugadi"))
        .then_expect_events(vec![declared_on(last, "Ugadi")]);
}
