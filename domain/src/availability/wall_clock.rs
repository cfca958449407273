//! Conversion of local time to UTC on days on which the clocks change: a local time that is skipped
//! means the first one after the gap, and one that occurs twice means both of its instants.

use chrono::offset::LocalResult;
use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};

use crate::values::{ClinicZone, Slot};

/// Longer than any zone ever skipped: Samoa skipped a whole day in 2011.
const LONGEST_GAP_MINUTES: i64 = 25 * 60;

/// Returns the first and the last instant of a local time, or of the next one that is not skipped;
/// `None` at the end of representable time.
pub(super) fn instants(
    zone: ClinicZone,
    date: NaiveDate,
    time: NaiveTime,
) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let local = date.and_time(time);
    (0..=LONGEST_GAP_MINUTES)
        .filter_map(|minutes| local.checked_add_signed(TimeDelta::minutes(minutes)))
        .find_map(|local| resolve(zone, local))
}

fn resolve(zone: ClinicZone, local: NaiveDateTime) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    match zone.tz().from_local_datetime(&local) {
        LocalResult::Single(only) => Some((only.to_utc(), only.to_utc())),
        LocalResult::Ambiguous(first, last) => Some((first.to_utc(), last.to_utc())),
        LocalResult::None => None,
    }
}

/// Returns the first instant of a date. If midnight is skipped, the day begins after the gap.
pub(super) fn midnight(zone: ClinicZone, date: NaiveDate) -> Option<DateTime<Utc>> {
    instants(zone, date, NaiveTime::MIN).map(|(first, _)| first)
}

/// Returns all of one local date, usually 23 to 25 hours; `None` if the zone skipped it.
pub fn day_on(zone: ClinicZone, date: NaiveDate) -> Option<Slot> {
    days(zone, date, date)
}

/// Returns the time from the first instant of one date up to the end of another; `None` if the zone
/// skipped all of it.
pub(super) fn days(zone: ClinicZone, from: NaiveDate, to: NaiveDate) -> Option<Slot> {
    let start = midnight(zone, from)?;
    let end = midnight(zone, to.checked_add_days(Days::new(1))?)?;
    Slot::new(start, end).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_fixtures::{date, instant, zone};

    /// Returns the start of the day and its number of hours.
    fn day(zone_name: &str, on: &str) -> (DateTime<Utc>, i64) {
        let day = days(zone(zone_name), date(on), date(on)).unwrap();
        (day.start(), (day.end() - day.start()).num_hours())
    }

    #[test]
    fn a_day_on_which_the_clocks_change_has_23_or_25_hours() {
        for (zone, spring, autumn) in [
            ("Europe/London", "2026-03-29", "2026-10-25"),
            ("America/New_York", "2026-03-08", "2026-11-01"),
        ] {
            assert_eq!(
                (day(zone, spring).1, day(zone, autumn).1),
                (23, 25),
                "{zone}"
            );
        }
        assert_eq!(day("Asia/Kolkata", "2026-03-29").1, 24);
    }

    #[test]
    fn a_day_without_a_midnight_begins_at_one() {
        // Egypt's clocks go from 00:00 to 01:00 on the last Friday of April, Lebanon's on the last
        // Sunday of March.
        let cairo = instant("2026-04-23T22:00:00Z");
        assert_eq!(day("Africa/Cairo", "2026-04-24"), (cairo, 23));
        let beirut = instant("2026-03-28T22:00:00Z");
        assert_eq!(day("Asia/Beirut", "2026-03-29"), (beirut, 23));
    }

    #[test]
    fn a_day_whose_last_hour_is_repeated_ends_after_the_second() {
        // Both go from midnight back to 23:00: on the last Thursday and on the last Saturday of October.
        let cairo = instant("2026-10-28T21:00:00Z");
        assert_eq!(day("Africa/Cairo", "2026-10-29"), (cairo, 25));
        let beirut = instant("2026-10-23T21:00:00Z");
        assert_eq!(day("Asia/Beirut", "2026-10-24"), (beirut, 25));
    }

    #[test]
    fn a_midnight_that_comes_twice_begins_the_day_the_first_time() {
        // Cuba goes from one o'clock back to midnight.
        let first = instant("2026-11-01T04:00:00Z");
        assert_eq!(day("America/Havana", "2026-11-01"), (first, 25));
    }

    #[test]
    fn a_day_that_a_country_leaves_out_is_no_time_at_all() {
        let left_out = date("2011-12-30");
        assert_eq!(days(zone("Pacific/Apia"), left_out, left_out), None);
    }

    #[test]
    fn days_follow_each_other_without_a_gap() {
        for name in [
            "Europe/London",
            "Africa/Cairo",
            "Asia/Beirut",
            "America/Havana",
        ] {
            for on in date("2026-01-01").iter_days().take(730) {
                let today = days(zone(name), on, on).unwrap();
                let tomorrow = midnight(zone(name), on + Days::new(1));
                assert_eq!(Some(today.end()), tomorrow, "{name} {on}");
                assert_eq!(zone(name).date_at(today.start()), on, "{name}");
                let last = today.end() - TimeDelta::seconds(1);
                assert_eq!(zone(name).date_at(last), on, "{name}");
            }
        }
    }
}
