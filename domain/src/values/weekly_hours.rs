//! A doctor's regular week at one clinic.

use chrono::Weekday;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::OpeningHours;

/// Reason to refuse the openings of a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidWeeklyHours {
    /// Two openings overlap.
    #[error("two openings overlap")]
    OpeningsOverlap,
    /// Too many openings.
    #[error("a week has at most {max} openings")]
    TooManyOpenings {
        /// The most that is accepted.
        max: usize,
    },
}

/// The openings of a week, Monday first, none overlapping another. An empty week has no opening
/// hours.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<OpeningHours>", into = "Vec<OpeningHours>")]
pub struct WeeklyHours(Vec<OpeningHours>);

impl WeeklyHours {
    /// The most openings in a week: six a day.
    pub const MAX_OPENINGS: usize = 42;

    /// Sorts the openings and checks that no two overlap.
    ///
    /// # Errors
    /// [`InvalidWeeklyHours::TooManyOpenings`] or [`InvalidWeeklyHours::OpeningsOverlap`].
    pub fn new(mut openings: Vec<OpeningHours>) -> Result<Self, InvalidWeeklyHours> {
        if openings.len() > Self::MAX_OPENINGS {
            return Err(InvalidWeeklyHours::TooManyOpenings {
                max: Self::MAX_OPENINGS,
            });
        }
        openings.sort_by_key(OpeningHours::place_in_week);
        if openings.windows(2).any(|pair| pair[0].overlaps(&pair[1])) {
            return Err(InvalidWeeklyHours::OpeningsOverlap);
        }
        Ok(Self(openings))
    }

    /// Returns all openings, Monday first.
    pub fn openings(&self) -> &[OpeningHours] {
        &self.0
    }

    /// Returns the openings of one weekday, earliest first.
    pub fn on(&self, day: Weekday) -> impl Iterator<Item = &OpeningHours> {
        self.0.iter().filter(move |opening| opening.day() == day)
    }

    /// True if there is no opening.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// True if two weeks overlap, both in the same time zone.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.0
            .iter()
            .any(|ours| other.0.iter().any(|theirs| ours.overlaps(theirs)))
    }
}

impl TryFrom<Vec<OpeningHours>> for WeeklyHours {
    type Error = InvalidWeeklyHours;

    fn try_from(openings: Vec<OpeningHours>) -> Result<Self, InvalidWeeklyHours> {
        Self::new(openings)
    }
}

impl From<WeeklyHours> for Vec<OpeningHours> {
    fn from(week: WeeklyHours) -> Self {
        week.0
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveTime;

    use super::*;

    fn opening(day: Weekday, from: u32, to: u32) -> OpeningHours {
        let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        OpeningHours::new(day, hour(from), hour(to)).unwrap()
    }

    #[test]
    fn a_week_begins_on_monday_morning() {
        let morning = opening(Weekday::Mon, 9, 12);
        let evening = opening(Weekday::Mon, 17, 19);
        let sunday = opening(Weekday::Sun, 8, 9);
        let week = WeeklyHours::new(vec![sunday, evening, morning]).unwrap();
        assert_eq!(week.openings(), [morning, evening, sunday]);
        assert_eq!(
            week.on(Weekday::Mon).collect::<Vec<_>>(),
            [&morning, &evening]
        );
    }

    #[test]
    fn openings_of_a_week_do_not_overlap() {
        let week = vec![opening(Weekday::Mon, 9, 12), opening(Weekday::Mon, 11, 13)];
        assert_eq!(
            WeeklyHours::new(week.clone()),
            Err(InvalidWeeklyHours::OpeningsOverlap)
        );
        let stored = serde_json::to_value(week).unwrap();
        assert!(serde_json::from_value::<WeeklyHours>(stored).is_err());
    }

    #[test]
    fn openings_of_a_week_may_touch() {
        let week = vec![opening(Weekday::Mon, 9, 12), opening(Weekday::Mon, 12, 13)];
        assert!(WeeklyHours::new(week).is_ok());
    }

    #[test]
    fn a_week_has_at_most_42_openings() {
        let week = vec![opening(Weekday::Mon, 9, 12); 43];
        assert_eq!(
            WeeklyHours::new(week),
            Err(InvalidWeeklyHours::TooManyOpenings { max: 42 })
        );
    }

    #[test]
    fn two_weeks_overlap_where_any_of_their_openings_do() {
        let week = |day, from, to| WeeklyHours::new(vec![opening(day, from, to)]).unwrap();
        assert!(week(Weekday::Mon, 9, 12).overlaps(&week(Weekday::Mon, 11, 13)));
        assert!(!week(Weekday::Mon, 9, 12).overlaps(&week(Weekday::Tue, 9, 12)));
        assert!(!week(Weekday::Mon, 9, 12).overlaps(&WeeklyHours::default()));
    }
}
