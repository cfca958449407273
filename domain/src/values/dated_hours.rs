//! Opening hours of particular dates, which replace the weekly ones.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{DayHours, plan};

/// The dates on which a doctor has other hours than the weekly ones at a clinic.
///
/// Stored as `{"2026-12-24": [{"from": "09:00", "to": "12:00"}], "2026-12-25": []}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DatedHours(BTreeMap<NaiveDate, DayHours>);

impl DatedHours {
    /// No dates: the weekly hours always apply.
    pub const NONE: &'static Self = &Self(BTreeMap::new());

    /// Returns the hours of a date, if it has its own.
    pub fn on(&self, date: NaiveDate) -> Option<&DayHours> {
        self.0.get(&date)
    }

    /// Returns the dates with their hours, earliest first.
    pub fn iter(&self) -> impl Iterator<Item = (NaiveDate, &DayHours)> {
        self.0.iter().map(|(date, hours)| (*date, hours))
    }

    /// Sets the hours of a date. `at` is the time of the event: dates that ended well before it are
    /// dropped.
    pub fn set(&mut self, date: NaiveDate, hours: DayHours, at: DateTime<Utc>) {
        self.0.insert(date, hours);
        plan::forget_before(&mut self.0, at);
    }

    /// Returns to the weekly hours on a date.
    pub fn clear(&mut self, date: NaiveDate) {
        self.0.remove(&date);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(iso: &str) -> NaiveDate {
        iso.parse().unwrap()
    }

    #[test]
    fn what_is_said_of_a_date_holds_until_it_is_cleared() {
        let (christmas, at) = (date("2026-12-25"), DateTime::UNIX_EPOCH);
        let mut dated = DatedHours::default();
        dated.set(christmas, DayHours::default(), at);
        assert_eq!(dated.on(christmas), Some(&DayHours::default()));
        dated.clear(christmas);
        assert_eq!(dated.on(christmas), None);
    }

    #[test]
    fn a_doctor_who_changes_every_day_for_years_is_remembered_in_bounded_space() {
        let mut dated = DatedHours::default();
        for day in date("2026-01-01").iter_days().take(3_000) {
            dated.set(
                day,
                DayHours::default(),
                day.and_time(chrono::NaiveTime::MIN).and_utc(),
            );
        }
        assert_eq!(dated.iter().count(), 8);
    }
}
