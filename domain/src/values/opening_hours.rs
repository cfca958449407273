//! One opening on one weekday, in the clinic's local time.

use chrono::{NaiveTime, Weekday};
use serde::{Deserialize, Serialize};

use super::opening::{InvalidOpeningHours, Opening, hour_and_minute};

/// From a local time up to a later one on the same weekday, in whole minutes.
///
/// Stored as `{"day": "monday", "from": "09:00", "to": "13:00"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct OpeningHours {
    day: Weekday,
    opening: Opening,
}

impl OpeningHours {
    /// Checks an opening from `from` up to `to`.
    ///
    /// # Errors
    /// [`InvalidOpeningHours`] unless both are whole minutes and `from` lies before `to`.
    pub fn new(day: Weekday, from: NaiveTime, to: NaiveTime) -> Result<Self, InvalidOpeningHours> {
        let opening = Opening::new(from, to)?;
        Ok(Self { day, opening })
    }

    /// Returns the weekday.
    pub const fn day(&self) -> Weekday {
        self.day
    }

    /// Returns the opening without the weekday.
    pub const fn opening(&self) -> Opening {
        self.opening
    }

    /// True if two openings of the week overlap; adjacent ones do not.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.day == other.day && self.opening.overlaps(&other.opening)
    }

    /// Returns the sort key in a week: Monday first, then the time.
    pub(super) fn place_in_week(&self) -> (u32, NaiveTime) {
        (self.day.num_days_from_monday(), self.opening.from())
    }
}

/// The stored form.
#[derive(Serialize, Deserialize)]
struct Parts {
    #[serde(with = "DayName")]
    day: Weekday,
    #[serde(with = "hour_and_minute")]
    from: NaiveTime,
    #[serde(with = "hour_and_minute")]
    to: NaiveTime,
}

impl From<OpeningHours> for Parts {
    fn from(OpeningHours { day, opening }: OpeningHours) -> Self {
        let (from, to) = (opening.from(), opening.to());
        Self { day, from, to }
    }
}

impl TryFrom<Parts> for OpeningHours {
    type Error = InvalidOpeningHours;

    fn try_from(parts: Parts) -> Result<Self, InvalidOpeningHours> {
        Self::new(parts.day, parts.from, parts.to)
    }
}

/// chrono stores `Mon`; JSON uses the full names.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Weekday")]
enum DayName {
    #[serde(rename = "monday")]
    Mon,
    #[serde(rename = "tuesday")]
    Tue,
    #[serde(rename = "wednesday")]
    Wed,
    #[serde(rename = "thursday")]
    Thu,
    #[serde(rename = "friday")]
    Fri,
    #[serde(rename = "saturday")]
    Sat,
    #[serde(rename = "sunday")]
    Sun,
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};

    use super::*;

    fn time(raw: &str) -> NaiveTime {
        raw.parse().unwrap()
    }

    fn monday(from: &str, to: &str) -> Result<OpeningHours, InvalidOpeningHours> {
        OpeningHours::new(Weekday::Mon, time(from), time(to))
    }

    #[test]
    fn an_opening_is_stored_in_plain_words() {
        let stored = json!({"day": "monday", "from": "09:00", "to": "13:30"});
        let opening = monday("09:00:00", "13:30:00").unwrap();
        assert_eq!(to_value(opening).unwrap(), stored);
        assert_eq!(from_value::<OpeningHours>(stored).unwrap(), opening);
    }

    #[test]
    fn an_opening_ends_after_it_starts() {
        let refused = Err(InvalidOpeningHours::ClosesBeforeItOpens);
        assert_eq!(monday("22:00:00", "06:00:00"), refused);
        let stored = json!({"day": "monday", "from": "10:00", "to": "09:00"});
        assert!(from_value::<OpeningHours>(stored).is_err());
    }

    #[test]
    fn openings_overlap_on_the_same_day_only() {
        let morning = monday("09:00:00", "13:00:00").unwrap();
        assert!(morning.overlaps(&monday("12:00:00", "14:00:00").unwrap()));
        assert!(!morning.overlaps(&monday("13:00:00", "14:00:00").unwrap()));
        let tuesday = OpeningHours {
            day: Weekday::Tue,
            ..morning
        };
        assert!(!morning.overlaps(&tuesday));
    }
}
