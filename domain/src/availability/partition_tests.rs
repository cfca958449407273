//! Tests of the offered slots of some days, and of the reasons for other times.

use chrono::{DateTime, Utc, Weekday};

use super::*;
use crate::appointment::BookingPolicy;
use crate::test_fixtures::{date, day, instant, minutes, opening, week, zone};
use crate::values::{ClinicZone, DatedHours, Holidays, Slot, WeeklyHours};

/// Everything that an offer refers to.
struct Scene {
    hours: WeeklyHours,
    dated: DatedHours,
    holidays: Holidays,
    zone: ClinicZone,
    verified: bool,
    suspended: bool,
    taken: Vec<Taken>,
    now: DateTime<Utc>,
}

/// In London in winter, local time is UTC. Open on Mondays from nine to ten, 25 minutes a visit: two
/// slots and ten minutes. It is the Sunday before.
fn scene() -> Scene {
    Scene {
        hours: week(&[opening(Weekday::Mon, "09:00", "10:00")]),
        dated: DatedHours::default(),
        holidays: Holidays::default(),
        zone: zone("Europe/London"),
        verified: true,
        suspended: false,
        taken: Vec::new(),
        now: instant("2026-03-01T12:00:00Z"),
    }
}

impl Scene {
    fn partition(&self, from: &str, to: &str) -> Partition {
        let offer = Offer {
            timetable: Timetable {
                hours: &self.hours,
                dated: &self.dated,
                holidays: &self.holidays,
                zone: self.zone,
                slot_length: minutes(25),
            },
            verified: self.verified,
            suspended: self.suspended,
            taken: &self.taken,
            policy: BookingPolicy {
                horizon_days: 10,
                ..BookingPolicy::default()
            },
            now: self.now,
        };
        offer.partition(date(from), date(to))
    }

    /// Monday, as one line per slot and reason.
    fn monday(&self) -> Vec<String> {
        described(&self.partition("2026-03-02", "2026-03-02"))
    }
}

/// Everything in order, as in `02T09:00-02T09:25 offered`.
fn described(partition: &Partition) -> Vec<String> {
    let slots = partition
        .slots
        .iter()
        .map(|slot| (*slot, "offered".to_owned()));
    let unoffered = partition.unoffered.iter().map(|unoffered| {
        let why = serde_json::to_value(unoffered.reason).unwrap();
        (unoffered.during, why.as_str().unwrap().to_owned())
    });
    let mut all: Vec<_> = slots.chain(unoffered).collect();
    all.sort();
    let time = |at: DateTime<Utc>| at.format("%dT%H:%M").to_string();
    all.into_iter()
        .map(|(during, what)| format!("{}-{} {what}", time(during.start()), time(during.end())))
        .collect()
}

fn taken(from: &str, to: &str, by: TakenBy) -> Taken {
    let at = |time| instant(&format!("2026-03-02T{time}:00Z"));
    let during = Slot::new(at(from), at(to)).unwrap();
    Taken { during, by }
}

#[test]
fn a_day_is_slots_and_what_lies_around_them() {
    let five = [
        "02T00:00-02T09:00 outside-hours",
        "02T09:00-02T09:25 offered",
        "02T09:25-02T09:50 offered",
        "02T09:50-02T10:00 too-short",
        "02T10:00-03T00:00 outside-hours",
    ];
    assert_eq!(scene().monday(), five);
}

#[test]
fn what_touches_and_has_one_reason_is_told_as_one() {
    let tuesdays = scene().partition("2026-03-03", "2026-03-04");
    assert_eq!(described(&tuesdays), ["03T00:00-05T00:00 outside-hours"]);
}

#[test]
fn a_slot_is_taken_as_a_whole() {
    let scene = Scene {
        taken: vec![taken("09:20", "09:30", TakenBy::Visit)],
        ..scene()
    };
    assert_eq!(scene.monday()[1], "02T09:00-02T09:50 taken");
    assert!(scene.partition("2026-03-02", "2026-03-02").slots.is_empty());
}

#[test]
fn what_is_taken_outside_the_hours_is_outside_hours() {
    let scene = Scene {
        taken: vec![
            taken("08:00", "09:00", TakenBy::Visit),
            taken("09:50", "11:00", TakenBy::Visit),
        ],
        ..scene()
    };
    assert_eq!(scene.monday().len(), 5);
}

#[test]
fn leave_is_told_apart_from_visits_and_goes_before_them() {
    let scene = Scene {
        taken: vec![
            taken("09:00", "09:10", TakenBy::Visit),
            taken("09:10", "09:20", TakenBy::Leave),
            taken("09:25", "09:50", TakenBy::Visit),
        ],
        ..scene()
    };
    let monday = scene.monday();
    assert_eq!(monday[1], "02T09:00-02T09:25 leave");
    assert_eq!(monday[2], "02T09:25-02T09:50 taken");
}

#[test]
fn a_holiday_lasts_from_midnight_to_midnight() {
    let mut scene = scene();
    scene
        .holidays
        .declare(date("2026-03-02"), "Holi".parse().unwrap(), scene.now);
    assert_eq!(scene.monday(), ["02T00:00-03T00:00 holiday"]);
    let three_days = scene.partition("2026-03-01", "2026-03-03");
    let expected = [
        "01T00:00-01T12:00 past",
        "01T12:00-02T00:00 outside-hours",
        "02T00:00-03T00:00 holiday",
        "03T00:00-04T00:00 outside-hours",
    ];
    assert_eq!(described(&three_days), expected);
}

#[test]
fn what_is_said_of_a_date_holds_instead_of_the_week() {
    let mut scene = scene();
    scene
        .dated
        .set(date("2026-03-02"), day(&[("12:00", "12:30")]), scene.now);
    let four = [
        "02T00:00-02T12:00 outside-hours",
        "02T12:00-02T12:25 offered",
        "02T12:25-02T12:30 too-short",
        "02T12:30-03T00:00 outside-hours",
    ];
    assert_eq!(scene.monday(), four);
}

#[test]
fn a_slot_that_has_begun_is_past_as_a_whole() {
    let scene = Scene {
        now: instant("2026-03-02T09:25:00Z"),
        ..scene()
    };
    let three = [
        "02T00:00-02T09:50 past",
        "02T09:50-02T10:00 too-short",
        "02T10:00-03T00:00 outside-hours",
    ];
    assert_eq!(scene.monday(), three);
}

#[test]
fn bookings_end_at_the_horizon() {
    let scene = Scene {
        now: instant("2026-02-20T09:10:00Z"),
        ..scene()
    };
    let three = [
        "02T00:00-02T09:00 outside-hours",
        "02T09:00-02T09:25 offered",
        "02T09:25-03T00:00 too-far",
    ];
    assert_eq!(scene.monday(), three);
}

#[test]
fn a_suspended_doctor_offers_nothing_whatever_else_there_is_to_say() {
    let scene = Scene {
        suspended: true,
        now: instant("2026-03-05T12:00:00Z"),
        ..scene()
    };
    assert_eq!(scene.monday(), ["02T00:00-03T00:00 suspended"]);
}

#[test]
fn an_unverified_doctor_offers_nothing_whatever_else_there_is_to_say() {
    let scene = Scene {
        verified: false,
        now: instant("2026-03-02T09:10:00Z"),
        ..scene()
    };
    assert_eq!(scene.monday(), ["02T00:00-03T00:00 unverified"]);
}

#[test]
fn the_past_goes_before_a_holiday_and_a_holiday_before_what_is_taken() {
    let mut scene = Scene {
        now: instant("2026-03-02T09:10:00Z"),
        taken: vec![taken("09:25", "09:50", TakenBy::Visit)],
        ..scene()
    };
    scene
        .holidays
        .declare(date("2026-03-02"), "Holi".parse().unwrap(), scene.now);
    let two = ["02T00:00-02T09:10 past", "02T09:10-03T00:00 holiday"];
    assert_eq!(scene.monday(), two);
}

#[test]
fn days_on_which_the_clocks_change_are_covered_from_midnight_to_midnight() {
    for (zone_name, day, start, end) in [
        ("Europe/London", "2026-03-29", "29T00:00", "29T23:00"),
        ("Europe/London", "2026-10-25", "24T23:00", "26T00:00"),
        ("America/New_York", "2026-11-01", "01T04:00", "02T05:00"),
        ("Africa/Cairo", "2026-04-24", "23T22:00", "24T21:00"),
        ("Africa/Cairo", "2026-10-29", "28T21:00", "29T22:00"),
        ("Asia/Kolkata", "2026-03-29", "28T18:30", "29T18:30"),
    ] {
        let scene = Scene {
            hours: WeeklyHours::default(),
            zone: zone(zone_name),
            now: instant(&format!("{day}T00:00:00Z")) - chrono::TimeDelta::days(3),
            ..scene()
        };
        let whole = format!("{start}-{end} outside-hours");
        assert_eq!(
            described(&scene.partition(day, day)),
            [whole],
            "{zone_name} {day}"
        );
    }
}

#[test]
fn a_day_that_a_country_left_out_has_no_parts() {
    let scene = Scene {
        zone: zone("Pacific/Apia"),
        ..scene()
    };
    let left_out = scene.partition("2011-12-30", "2011-12-30");
    assert_eq!(left_out, Partition::default());
}
