//! One opening on one weekday, in the clinic's local time.

use chrono::{NaiveTime, Timelike, Weekday};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why two times are not an opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidOpeningHours {
    /// The clinic would close before, or as, it opens. Hours past midnight are two openings on two
    /// days.
    #[error("an opening ends after it starts, on the same day")]
    ClosesBeforeItOpens,
    /// A time with seconds.
    #[error("opening hours are whole minutes")]
    NotWholeMinutes,
}

/// From a local time up to a later one on the same weekday, in whole minutes.
///
/// Stored as `{"day": "monday", "from": "09:00", "to": "13:00"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct OpeningHours {
    day: Weekday,
    from: NaiveTime,
    to: NaiveTime,
}

impl OpeningHours {
    /// An opening from `from` up to `to`.
    ///
    /// # Errors
    /// [`InvalidOpeningHours`] unless both are whole minutes and `from` lies before `to`.
    pub fn new(day: Weekday, from: NaiveTime, to: NaiveTime) -> Result<Self, InvalidOpeningHours> {
        if !is_whole_minute(from) || !is_whole_minute(to) {
            return Err(InvalidOpeningHours::NotWholeMinutes);
        }
        if from >= to {
            return Err(InvalidOpeningHours::ClosesBeforeItOpens);
        }
        Ok(Self { day, from, to })
    }

    /// The weekday.
    pub const fn day(&self) -> Weekday {
        self.day
    }

    /// The local time at which the doctor begins.
    pub const fn from(&self) -> NaiveTime {
        self.from
    }

    /// The local time by which the last visit is over.
    pub const fn to(&self) -> NaiveTime {
        self.to
    }

    /// Whether two openings share time of the week; openings that only touch do not.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.day == other.day && self.from < other.to && other.from < self.to
    }

    /// What a week is sorted by: Monday first, then the time.
    pub(super) fn place_in_week(&self) -> (u32, NaiveTime) {
        (self.day.num_days_from_monday(), self.from)
    }
}

fn is_whole_minute(time: NaiveTime) -> bool {
    time.second() == 0 && time.nanosecond() == 0
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
    fn from(OpeningHours { day, from, to }: OpeningHours) -> Self {
        Self { day, from, to }
    }
}

impl TryFrom<Parts> for OpeningHours {
    type Error = InvalidOpeningHours;

    fn try_from(parts: Parts) -> Result<Self, InvalidOpeningHours> {
        Self::new(parts.day, parts.from, parts.to)
    }
}

/// chrono stores `Mon`; a front end should not have to know that.
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

/// Times as `HH:MM`.
mod hour_and_minute {
    use chrono::NaiveTime;
    use serde::{Deserialize, Deserializer, Serializer, de};

    const FORM: &str = "%H:%M";

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde passes fields by reference"
    )]
    pub(super) fn serialize<S: Serializer>(time: &NaiveTime, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&time.format(FORM))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveTime, D::Error> {
        let raw = String::deserialize(from)?;
        NaiveTime::parse_from_str(&raw, FORM)
            .ok()
            .filter(|_| raw.len() == "HH:MM".len())
            .ok_or_else(|| de::Error::custom("a time of day is HH:MM"))
    }
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
        assert_eq!(monday("09:00:00", "09:00:00"), refused);
        assert_eq!(monday("22:00:00", "06:00:00"), refused);
        let stored = json!({"day": "monday", "from": "10:00", "to": "09:00"});
        assert!(from_value::<OpeningHours>(stored).is_err());
    }

    #[test]
    fn opening_hours_are_whole_minutes() {
        assert_eq!(
            monday("09:00:30", "10:00:00"),
            Err(InvalidOpeningHours::NotWholeMinutes)
        );
    }

    #[test]
    fn a_time_of_day_is_two_digits_and_two_digits() {
        for raw in ["9:00", "09:00:00", "24:00", "noon"] {
            let stored = json!({"day": "monday", "from": raw, "to": "23:00"});
            assert!(from_value::<OpeningHours>(stored).is_err(), "{raw}");
        }
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
