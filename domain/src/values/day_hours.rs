//! Hours of a doctor on one date.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Opening;

/// Reason to refuse the openings of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidDayHours {
    /// Two openings overlap.
    #[error("two openings overlap")]
    OpeningsOverlap,
    /// Too many openings.
    #[error("a day has at most {max} openings")]
    TooManyOpenings {
        /// The most that is accepted.
        max: usize,
    },
}

/// The openings of one date, earliest first, none overlapping another. An empty list is a day off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<Opening>", into = "Vec<Opening>")]
pub struct DayHours(Vec<Opening>);

impl DayHours {
    /// The most openings in a day.
    pub const MAX_OPENINGS: usize = 6;

    /// Sorts the openings and checks that no two overlap.
    ///
    /// # Errors
    /// [`InvalidDayHours::TooManyOpenings`] or [`InvalidDayHours::OpeningsOverlap`].
    pub fn new(mut openings: Vec<Opening>) -> Result<Self, InvalidDayHours> {
        if openings.len() > Self::MAX_OPENINGS {
            return Err(InvalidDayHours::TooManyOpenings {
                max: Self::MAX_OPENINGS,
            });
        }
        openings.sort();
        if openings.windows(2).any(|pair| pair[0].overlaps(&pair[1])) {
            return Err(InvalidDayHours::OpeningsOverlap);
        }
        Ok(Self(openings))
    }

    /// Returns the openings, earliest first.
    pub fn openings(&self) -> &[Opening] {
        &self.0
    }
}

impl TryFrom<Vec<Opening>> for DayHours {
    type Error = InvalidDayHours;

    fn try_from(openings: Vec<Opening>) -> Result<Self, InvalidDayHours> {
        Self::new(openings)
    }
}

impl From<DayHours> for Vec<Opening> {
    fn from(day: DayHours) -> Self {
        day.0
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveTime;
    use serde_json::{from_value, json, to_value};

    use super::*;

    fn opening(from: u32, to: u32) -> Opening {
        let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        Opening::new(hour(from), hour(to)).unwrap()
    }

    #[test]
    fn a_day_begins_in_the_morning() {
        let day = DayHours::new(vec![opening(14, 16), opening(9, 12)]).unwrap();
        assert_eq!(day.openings(), [opening(9, 12), opening(14, 16)]);
        let stored = json!([{"from": "09:00", "to": "12:00"}, {"from": "14:00", "to": "16:00"}]);
        assert_eq!(to_value(&day).unwrap(), stored);
        assert_eq!(from_value::<DayHours>(stored).unwrap(), day);
    }

    #[test]
    fn openings_of_a_day_do_not_overlap_but_may_touch() {
        let overlapping = DayHours::new(vec![opening(9, 12), opening(11, 13)]);
        assert_eq!(overlapping, Err(InvalidDayHours::OpeningsOverlap));
        assert!(DayHours::new(vec![opening(9, 12), opening(12, 13)]).is_ok());
        let stored = json!([{"from": "09:00", "to": "12:00"}, {"from": "11:00", "to": "16:00"}]);
        assert!(from_value::<DayHours>(stored).is_err());
    }

    #[test]
    fn a_day_has_at_most_6_openings() {
        let seven = (9..16).map(|hour| opening(hour, hour + 1)).collect();
        assert_eq!(
            DayHours::new(seven),
            Err(InvalidDayHours::TooManyOpenings { max: 6 })
        );
    }

    #[test]
    fn a_day_without_openings_is_a_day_off() {
        assert_eq!(DayHours::new(vec![]), Ok(DayHours::default()));
    }
}
