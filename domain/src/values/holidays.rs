//! The days on which a clinic is closed.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{HolidayName, plan};

/// A clinic's holidays, as local dates.
///
/// Stored as `{"2026-12-25": "Christmas"}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Holidays(BTreeMap<NaiveDate, HolidayName>);

impl Holidays {
    /// No holidays.
    pub const NONE: &'static Self = &Self(BTreeMap::new());

    /// True if the clinic is closed on a date.
    pub fn contains(&self, date: NaiveDate) -> bool {
        self.0.contains_key(&date)
    }

    /// Returns the name of the holiday on a date, if there is one.
    pub fn on(&self, date: NaiveDate) -> Option<&HolidayName> {
        self.0.get(&date)
    }

    /// Returns the holidays, earliest first.
    pub fn iter(&self) -> impl Iterator<Item = (NaiveDate, &HolidayName)> {
        self.0.iter().map(|(date, name)| (*date, name))
    }

    /// Returns the number of holidays from a date on.
    pub fn count_from(&self, date: NaiveDate) -> usize {
        self.0.range(date..).count()
    }

    /// Closes the clinic on a date. Holidays that ended well before `at` are dropped.
    pub fn declare(&mut self, date: NaiveDate, name: HolidayName, at: DateTime<Utc>) {
        self.0.insert(date, name);
        plan::forget_before(&mut self.0, at);
    }

    /// Removes a holiday.
    pub fn withdraw(&mut self, date: NaiveDate) {
        self.0.remove(&date);
    }
}
