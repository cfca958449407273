//! Visits that repeat: at the same local time at the clinic, every given number of days.

use chrono::offset::LocalResult;
use chrono::{DateTime, Days, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use thiserror::Error;

use crate::values::ClinicZone;

/// The numbers are out of the accepted range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "a series has 2 to {} visits, 1 to {} days apart",
    Recurrence::MOST,
    Recurrence::LONGEST
)]
pub struct InvalidRecurrence;

/// Interval and number of visits of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recurrence {
    every_days: u16,
    visits: u16,
}

impl Recurrence {
    /// The most visits of one series: half a year of weeks.
    pub const MOST: u16 = 26;
    /// The most days between two of them: a year.
    pub const LONGEST: u16 = 366;

    /// Checks the interval in days and the number of visits, the first one included.
    ///
    /// # Errors
    /// [`InvalidRecurrence`] unless there are 2 to 26 visits, 1 to 366 days apart.
    pub fn new(every_days: u16, visits: u16) -> Result<Self, InvalidRecurrence> {
        let days = 1..=Self::LONGEST;
        let counts = 2..=Self::MOST;
        if !days.contains(&every_days) || !counts.contains(&visits) {
            return Err(InvalidRecurrence);
        }
        Ok(Self { every_days, visits })
    }

    /// Returns the starts of the visits, the first one first. If the local time is skipped because
    /// the clocks go forward, the visit begins later by the length of the gap; if it occurs twice,
    /// the first occurrence counts (RFC 5545, section 3.3.5).
    pub fn starts(&self, first: DateTime<Utc>, zone: ClinicZone) -> Vec<DateTime<Utc>> {
        let local = first.with_timezone(&zone.tz()).naive_local();
        let later = (1..u64::from(self.visits)).filter_map(|visit| {
            let days = Days::new(visit * u64::from(self.every_days));
            instant(local.checked_add_days(days)?, zone)
        });
        std::iter::once(first).chain(later).collect()
    }
}

/// Converts local time at the clinic to UTC.
fn instant(local: NaiveDateTime, zone: ClinicZone) -> Option<DateTime<Utc>> {
    match zone.tz().from_local_datetime(&local) {
        LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => {
            Some(instant.with_timezone(&Utc))
        }
        LocalResult::None => {
            let mut earlier = (1..=26).map(|hours| local - TimeDelta::hours(hours));
            let before =
                earlier.find_map(|local| zone.tz().from_local_datetime(&local).latest())?;
            Some((local - before.offset().fix()).and_utc())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_fixtures::{instant, zone};

    fn starts(first: &str, zone_name: &str, every: u16, visits: u16) -> Vec<String> {
        let recurrence = Recurrence::new(every, visits).unwrap();
        let starts = recurrence.starts(instant(first), zone(zone_name));
        let text = |start: &DateTime<Utc>| start.format("%m-%dT%H:%M").to_string();
        starts.iter().map(text).collect()
    }

    #[test]
    fn it_is_the_same_time_of_day_before_and_after_the_clocks_change() {
        let weekly = starts("2026-03-23T09:00:00Z", "Europe/London", 7, 3);
        assert_eq!(weekly, ["03-23T09:00", "03-30T08:00", "04-06T08:00"]);
        let autumn = starts("2026-10-24T14:00:00Z", "America/New_York", 7, 3);
        assert_eq!(autumn, ["10-24T14:00", "10-31T14:00", "11-07T15:00"]);
        let india = starts("2026-03-23T09:00:00Z", "Asia/Kolkata", 7, 2);
        assert_eq!(india, ["03-23T09:00", "03-30T09:00"]);
    }

    #[test]
    fn a_time_that_the_clock_skips_is_as_much_later() {
        // 02:30 on the 8th of March does not exist in New York: it becomes 03:30 daylight time.
        let daily = starts("2026-03-07T07:30:00Z", "America/New_York", 1, 3);
        assert_eq!(daily, ["03-07T07:30", "03-08T07:30", "03-09T06:30"]);
    }

    #[test]
    fn a_time_that_the_clock_shows_twice_is_the_first() {
        // 01:30 on the 25th of October occurs twice in London; the first is summer time.
        let daily = starts("2026-10-24T00:30:00Z", "Europe/London", 1, 3);
        assert_eq!(daily, ["10-24T00:30", "10-25T00:30", "10-26T01:30"]);
    }

    #[test]
    fn a_series_has_at_least_two_visits_and_at_most_half_a_year_of_weeks() {
        for (every, visits) in [(7, 1), (0, 2), (7, 27), (367, 2)] {
            assert_eq!(Recurrence::new(every, visits), Err(InvalidRecurrence));
        }
        for (every, visits) in [(1, 2), (7, 26), (366, 2)] {
            assert!(Recurrence::new(every, visits).is_ok());
        }
    }
}
