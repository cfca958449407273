//! Slots on ordinary days and on the days on which the clocks change.

use chrono::{Days, Weekday};
use proptest::prelude::*;

use super::*;
use crate::samples::{date, instant, minutes, opening, week, zone};

fn timetable<'a>(hours: &'a WeeklyHours, zone_name: &str, length: u16) -> Timetable<'a> {
    Timetable {
        hours,
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

/// Up to two openings a day, on any grid of five minutes.
fn some_hours() -> impl Strategy<Value = WeeklyHours> {
    let day = (0_u8..7).prop_map(|day| Weekday::try_from(day).unwrap());
    let time = |part: u32| NaiveTime::from_hms_opt(part / 12, part % 12 * 5, 0).unwrap();
    let opening = (day, 0_u32..287, 1_u32..120).prop_map(move |(day, from, length)| {
        OpeningHours::new(day, time(from), time((from + length).min(287))).unwrap()
    });
    prop::collection::vec(opening, 1..14).prop_map(|openings| {
        let mut kept: Vec<OpeningHours> = Vec::new();
        for opening in openings {
            if !kept.iter().any(|other| other.overlaps(&opening)) {
                kept.push(opening);
            }
        }
        WeeklyHours::new(kept).unwrap()
    })
}

proptest! {
    #[test]
    fn what_is_offered_never_overlaps_and_can_be_booked(
        hours in some_hours(),
        zone_name in prop::sample::select(vec![
            "Asia/Kolkata",
            "Europe/London",
            "America/New_York",
            "America/St_Johns",
            "Australia/Lord_Howe",
            "America/Asuncion",
        ]),
        length in (1_u16..=48).prop_map(|steps| steps * 5),
        // Two years, with every change of the clocks in them.
        day in 0_u64..730,
    ) {
        let timetable = timetable(&hours, zone_name, length);
        let from = date("2010-01-01") + Days::new(day);
        let slots = timetable.slots_between(from, from + Days::new(7));
        for pair in slots.windows(2) {
            prop_assert!(pair[0].end() <= pair[1].start());
        }
        for slot in slots {
            prop_assert_eq!(timetable.check_slot(slot.start()), Ok(slot));
        }
    }
}
