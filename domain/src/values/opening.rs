//! A part of a day, in local time.

use chrono::{NaiveTime, Timelike};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Reason to refuse two times as an opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidOpeningHours {
    /// It ends before it starts, or at the same time. Hours past midnight are two openings on two
    /// days.
    #[error("an opening ends after it starts, on the same day")]
    ClosesBeforeItOpens,
    /// A time has seconds.
    #[error("opening hours are whole minutes")]
    NotWholeMinutes,
}

/// From a local time up to a later one on the same day, in whole minutes.
///
/// Stored as `{"from": "09:00", "to": "13:00"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Opening {
    from: NaiveTime,
    to: NaiveTime,
}

impl Opening {
    /// Checks an opening from `from` up to `to`.
    ///
    /// # Errors
    /// [`InvalidOpeningHours`] unless both are whole minutes and `from` lies before `to`.
    pub fn new(from: NaiveTime, to: NaiveTime) -> Result<Self, InvalidOpeningHours> {
        if !is_whole_minute(from) || !is_whole_minute(to) {
            return Err(InvalidOpeningHours::NotWholeMinutes);
        }
        if from >= to {
            return Err(InvalidOpeningHours::ClosesBeforeItOpens);
        }
        Ok(Self { from, to })
    }

    /// Returns the local time at which it begins.
    pub const fn from(&self) -> NaiveTime {
        self.from
    }

    /// Returns the local time by which the last visit is over.
    pub const fn to(&self) -> NaiveTime {
        self.to
    }

    /// True if two openings of one day overlap; adjacent ones do not.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.from < other.to && other.from < self.to
    }
}

fn is_whole_minute(time: NaiveTime) -> bool {
    time.second() == 0 && time.nanosecond() == 0
}

/// The stored form.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    #[serde(with = "hour_and_minute")]
    from: NaiveTime,
    #[serde(with = "hour_and_minute")]
    to: NaiveTime,
}

impl From<Opening> for Parts {
    fn from(Opening { from, to }: Opening) -> Self {
        Self { from, to }
    }
}

impl TryFrom<Parts> for Opening {
    type Error = InvalidOpeningHours;

    fn try_from(Parts { from, to }: Parts) -> Result<Self, InvalidOpeningHours> {
        Self::new(from, to)
    }
}

/// Times as `HH:MM`.
pub(super) mod hour_and_minute {
    use chrono::NaiveTime;
    use serde::{Deserialize, Deserializer, Serializer, de};

    const FORM: &str = "%H:%M";

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde passes fields by reference"
    )]
    pub(in super::super) fn serialize<S: Serializer>(
        time: &NaiveTime,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_str(&time.format(FORM))
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<NaiveTime, D::Error> {
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

    fn opening(from: &str, to: &str) -> Result<Opening, InvalidOpeningHours> {
        Opening::new(time(from), time(to))
    }

    #[test]
    fn an_opening_is_stored_in_plain_words() {
        let stored = json!({"from": "09:00", "to": "13:30"});
        let morning = opening("09:00:00", "13:30:00").unwrap();
        assert_eq!(to_value(morning).unwrap(), stored);
        assert_eq!(from_value::<Opening>(stored).unwrap(), morning);
    }

    #[test]
    fn an_opening_ends_after_it_starts_on_the_same_day() {
        let refused = Err(InvalidOpeningHours::ClosesBeforeItOpens);
        assert_eq!(opening("09:00:00", "09:00:00"), refused);
        assert_eq!(opening("22:00:00", "06:00:00"), refused);
        let stored = json!({"from": "22:00", "to": "06:00"});
        assert!(from_value::<Opening>(stored).is_err());
    }

    #[test]
    fn opening_hours_are_whole_minutes() {
        assert_eq!(
            opening("09:00:30", "10:00:00"),
            Err(InvalidOpeningHours::NotWholeMinutes)
        );
    }

    #[test]
    fn a_time_of_day_is_two_digits_and_two_digits() {
        for raw in ["9:00", "09:00:00", "24:00", "noon"] {
            let stored = json!({"from": raw, "to": "23:00"});
            assert!(from_value::<Opening>(stored).is_err(), "{raw}");
        }
    }

    #[test]
    fn openings_that_only_touch_do_not_overlap() {
        let morning = opening("09:00:00", "13:00:00").unwrap();
        assert!(morning.overlaps(&opening("12:00:00", "14:00:00").unwrap()));
        assert!(!morning.overlaps(&opening("13:00:00", "14:00:00").unwrap()));
    }
}
