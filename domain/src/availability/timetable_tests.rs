//! Slots on ordinary days and on the days on which the clocks change.

use chrono::Weekday;

use super::*;
use crate::test_fixtures::{date, day, instant, minutes, opening, week, zone};
use crate::values::{DatedHours, Holidays, Slot, WeeklyHours};

fn timetable<'a>(hours: &'a WeeklyHours, zone_name: &str, length: u16) -> Timetable<'a> {
    Timetable {
        hours,
        dated: DatedHours::NONE,
        holidays: Holidays::NONE,
        zone: zone(zone_name),
        slot_length: minutes(length),
    }
}

fn sundays(from: &str, to: &str) -> WeeklyHours {
    week(&[opening(Weekday::Sun, from, to)])
}

/// The starts of the slots of a date, as `HH:MM` in UTC.
fn starts(timetable: &Timetable<'_>, on: &str) -> Vec<String> {
    let slots = timetable.slots_on(date(on));
    slots
        .iter()
        .map(|slot| slot.start().format("%H:%M").to_string())
        .collect()
}

#[test]
fn an_opening_in_india_is_laid_out_in_utc() {
    let hours = week(&[opening(Weekday::Mon, "09:00", "10:00")]);
    let india = timetable(&hours, "Asia/Kolkata", 20);
    assert_eq!(starts(&india, "2026-03-02"), ["03:30", "03:50", "04:10"]);
}

#[test]
fn a_day_without_openings_has_no_slots() {
    let hours = week(&[opening(Weekday::Mon, "09:00", "10:00")]);
    assert!(
        timetable(&hours, "Asia/Kolkata", 20)
            .slots_on(date("2026-03-03"))
            .is_empty()
    );
}

#[test]
fn a_slot_that_does_not_fit_before_closing_is_not_offered() {
    let hours = sundays("09:00", "10:00");
    assert_eq!(
        starts(&timetable(&hours, "Europe/London", 25), "2026-03-01"),
        ["09:00", "09:25"]
    );
    assert!(starts(&timetable(&hours, "Europe/London", 65), "2026-03-01").is_empty());
}

#[test]
fn slots_between_two_dates_include_both() {
    let hours = sundays("09:00", "10:00");
    let london = timetable(&hours, "Europe/London", 60);
    let slots = london.slots_between(date("2026-03-22"), date("2026-03-29"));
    let starts: Vec<_> = slots.iter().map(Slot::start).collect();
    // The clocks go forward on the 29th: nine o'clock comes an hour earlier.
    assert_eq!(
        starts,
        [
            instant("2026-03-22T09:00:00Z"),
            instant("2026-03-29T08:00:00Z")
        ]
    );
}

#[test]
fn no_date_is_between_a_date_and_the_one_before() {
    let hours = sundays("09:00", "10:00");
    let london = timetable(&hours, "Europe/London", 60);
    assert!(
        london
            .slots_between(date("2026-03-29"), date("2026-03-28"))
            .is_empty()
    );
}

#[test]
fn the_hour_that_london_skips_in_spring_has_no_slots() {
    // 01:00 GMT is followed by 02:00 BST, which is 01:00 UTC.
    let hours = sundays("00:00", "03:00");
    let london = timetable(&hours, "Europe/London", 30);
    assert_eq!(
        starts(&london, "2026-03-29"),
        ["00:00", "00:30", "01:00", "01:30"]
    );
}

#[test]
fn an_opening_that_starts_in_the_skipped_hour_starts_after_it() {
    let hours = sundays("01:30", "03:00");
    let london = timetable(&hours, "Europe/London", 30);
    assert_eq!(starts(&london, "2026-03-29"), ["01:00", "01:30"]);
}

#[test]
fn an_opening_within_the_skipped_hour_is_not_there_that_day() {
    let hours = sundays("01:00", "02:00");
    let london = timetable(&hours, "Europe/London", 30);
    assert!(starts(&london, "2026-03-29").is_empty());
    assert_eq!(starts(&london, "2026-03-22"), ["01:00", "01:30"]);
}

#[test]
fn the_hour_that_london_repeats_in_autumn_is_offered_twice() {
    // 01:00 BST is 00:00 UTC; the clock shows 01:00 again at 01:00 UTC.
    let hours = sundays("01:00", "02:00");
    let london = timetable(&hours, "Europe/London", 30);
    assert_eq!(
        starts(&london, "2026-10-25"),
        ["00:00", "00:30", "01:00", "01:30"]
    );
}

#[test]
fn openings_that_share_a_repeated_hour_do_not_give_it_away_twice() {
    let halves = [
        opening(Weekday::Sun, "01:00", "01:30"),
        opening(Weekday::Sun, "01:30", "02:00"),
    ];
    let hours = week(&halves);
    let london = timetable(&hours, "Europe/London", 30);
    assert_eq!(
        starts(&london, "2026-10-25"),
        ["00:00", "00:30", "01:00", "01:30"]
    );
}

#[test]
fn new_york_skips_an_hour_in_spring() {
    // 02:00 EST is 07:00 UTC and is called 03:00 EDT.
    let hours = sundays("01:00", "04:00");
    let new_york = timetable(&hours, "America/New_York", 60);
    assert_eq!(starts(&new_york, "2026-03-08"), ["06:00", "07:00"]);
}

#[test]
fn new_york_repeats_an_hour_in_autumn() {
    // 01:00 EDT is 05:00 UTC; 01:00 EST is 06:00 UTC.
    let hours = sundays("01:00", "03:00");
    let new_york = timetable(&hours, "America/New_York", 60);
    assert_eq!(starts(&new_york, "2026-11-01"), ["05:00", "06:00", "07:00"]);
}

#[test]
fn a_change_of_the_clocks_during_the_night_leaves_the_day_as_long_as_ever() {
    let hours = sundays("09:00", "17:00");
    for (zone, day) in [
        ("Europe/London", "2026-03-29"),
        ("America/New_York", "2026-11-01"),
    ] {
        assert_eq!(
            timetable(&hours, zone, 20).slots_on(date(day)).len(),
            24,
            "{zone}"
        );
    }
}

#[test]
fn a_day_that_a_country_leaves_out_has_no_slots() {
    // Samoa went from the 29th to the 31st of December 2011.
    let hours = week(&[opening(Weekday::Fri, "09:00", "17:00")]);
    assert!(
        timetable(&hours, "Pacific/Apia", 20)
            .slots_on(date("2011-12-30"))
            .is_empty()
    );
}

#[test]
fn a_time_on_the_grid_is_a_slot() {
    let hours = sundays("09:00", "10:00");
    let slot = timetable(&hours, "Europe/London", 20).check_slot(instant("2026-03-01T09:20:00Z"));
    let ends = instant("2026-03-01T09:40:00Z");
    assert_eq!(
        slot,
        Ok(Slot::new(instant("2026-03-01T09:20:00Z"), ends).unwrap())
    );
}

#[test]
fn a_time_outside_the_openings_is_outside_hours() {
    let hours = sundays("09:00", "10:00");
    let london = timetable(&hours, "Europe/London", 20);
    for start in [
        "2026-03-01T08:40:00Z",
        "2026-03-01T10:00:00Z",
        "2026-03-02T09:00:00Z",
    ] {
        assert_eq!(
            london.check_slot(instant(start)),
            Err(NotOffered::OutsideHours),
            "{start}"
        );
    }
}

#[test]
fn a_visit_that_would_end_after_closing_is_outside_hours() {
    let hours = sundays("09:00", "10:00");
    let late = timetable(&hours, "Europe/London", 25).check_slot(instant("2026-03-01T09:50:00Z"));
    assert_eq!(late, Err(NotOffered::OutsideHours));
}

#[test]
fn a_time_between_two_slots_is_off_the_grid() {
    let hours = sundays("09:00", "10:00");
    let london = timetable(&hours, "Europe/London", 20);
    for start in ["2026-03-01T09:10:00Z", "2026-03-01T09:20:00.001Z"] {
        assert_eq!(
            london.check_slot(instant(start)),
            Err(NotOffered::OffGrid),
            "{start}"
        );
    }
}

fn dated(on: &str, openings: &[(&str, &str)]) -> DatedHours {
    let mut dated = DatedHours::default();
    dated.set(date(on), day(openings), instant("2026-01-01T00:00:00Z"));
    dated
}

#[test]
fn what_is_said_of_a_date_holds_instead_of_the_week() {
    let hours = sundays("09:00", "10:00");
    let dated = dated("2026-03-01", &[("14:00", "14:40"), ("20:00", "20:20")]);
    let london = Timetable {
        dated: &dated,
        ..timetable(&hours, "Europe/London", 20)
    };
    assert_eq!(starts(&london, "2026-03-01"), ["14:00", "14:20", "20:00"]);
    assert_eq!(starts(&london, "2026-03-08"), ["09:00", "09:20", "09:40"]);
    let nine = london.check_slot(instant("2026-03-01T09:00:00Z"));
    assert_eq!(nine, Err(NotOffered::OutsideHours));
    assert!(london.check_slot(instant("2026-03-01T14:20:00Z")).is_ok());
}

#[test]
fn a_date_without_openings_is_a_day_off() {
    let hours = sundays("09:00", "10:00");
    let dated = dated("2026-03-01", &[]);
    let london = Timetable {
        dated: &dated,
        ..timetable(&hours, "Europe/London", 20)
    };
    assert!(starts(&london, "2026-03-01").is_empty());
}

#[test]
fn nothing_is_offered_on_a_holiday_whatever_the_week_and_the_date_say() {
    let hours = sundays("09:00", "10:00");
    let dated = dated("2026-03-01", &[("14:00", "15:00")]);
    let mut holidays = Holidays::default();
    for day in ["2026-03-01", "2026-03-08"] {
        holidays.declare(
            date(day),
            "Holi".parse().unwrap(),
            instant("2026-01-01T00:00:00Z"),
        );
    }
    let london = Timetable {
        dated: &dated,
        holidays: &holidays,
        ..timetable(&hours, "Europe/London", 20)
    };
    for day in ["2026-03-01", "2026-03-08"] {
        assert!(starts(&london, day).is_empty(), "{day}");
    }
    for start in [
        "2026-03-01T14:00:00Z",
        "2026-03-08T09:00:00Z",
        "2026-03-08T00:00:00Z",
    ] {
        assert_eq!(
            london.check_slot(instant(start)),
            Err(NotOffered::Holiday),
            "{start}"
        );
    }
    assert_eq!(starts(&london, "2026-03-15"), ["09:00", "09:20", "09:40"]);
}

#[test]
fn openings_of_a_date_are_right_on_a_day_on_which_the_clocks_change() {
    let hours = WeeklyHours::default();
    let dated = dated("2026-10-25", &[("00:30", "02:00")]);
    let london = Timetable {
        dated: &dated,
        ..timetable(&hours, "Europe/London", 30)
    };
    // Half past midnight is in summer time; one o'clock comes twice.
    let five = ["23:30", "00:00", "00:30", "01:00", "01:30"];
    assert_eq!(starts(&london, "2026-10-25"), five);
}

#[test]
fn an_evening_whose_last_hour_is_repeated_is_offered_to_its_end() {
    // Egypt goes from midnight back to 23:00; the clock shows 23:00 at 20:00 and at 21:00 UTC.
    let hours = week(&[opening(Weekday::Thu, "22:00", "23:30")]);
    let cairo = timetable(&hours, "Africa/Cairo", 30);
    let five = ["19:00", "19:30", "20:00", "20:30", "21:00"];
    assert_eq!(starts(&cairo, "2026-10-29"), five);
}

#[test]
fn a_night_without_a_midnight_is_offered_from_one_o_clock_on() {
    let hours = week(&[opening(Weekday::Fri, "00:00", "02:00")]);
    let cairo = timetable(&hours, "Africa/Cairo", 30);
    assert_eq!(starts(&cairo, "2026-04-24"), ["22:00", "22:30"]);
}

#[test]
fn india_never_changes_its_clocks() {
    let hours = sundays("00:00", "03:00");
    let india = timetable(&hours, "Asia/Kolkata", 60);
    for day in ["2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01"] {
        assert_eq!(starts(&india, day), ["18:30", "19:30", "20:30"], "{day}");
    }
}
