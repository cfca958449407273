//! The openings of a date, and their division into slots.
//!
//! Openings are local times and a visit takes elapsed time, so slots are computed in UTC: the local
//! ends of an opening are converted first, then slots of equal length follow from its start for as
//! long as they fit. On a day on which the clocks change
//! - a local time that is skipped means the first one after the gap,
//! - a local time that comes twice means the first of the two where an opening starts and the
//!   second where it ends,
//! - an opening begins at the earliest when the one before it is over, so that a repeated hour is
//!   never offered twice.
//!
//! Taken and past times are not considered here; `partition` and the slot claims do that.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use thiserror::Error;

use super::wall_clock::{self, instants};
use crate::values::{
    ClinicZone, DatedHours, Holidays, Opening, OpeningHours, Slot, SlotLength, WeeklyHours,
};

/// Reason why no slot begins at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotOffered {
    /// The clinic is closed on that day.
    #[error("the clinic is closed on that day")]
    Holiday,
    /// The visit would not lie wholly within one opening: it begins before it, or ends after it.
    #[error("the doctor does not see patients at that time")]
    OutsideHours,
    /// The visit would lie within an opening, but begins between two slots.
    #[error("no slot begins at that time")]
    OffGrid,
}

/// One doctor's hours at one clinic, to be computed for dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timetable<'a> {
    /// The regular openings, in local time.
    pub hours: &'a WeeklyHours,
    /// Openings of particular dates, which replace the regular ones.
    pub dated: &'a DatedHours,
    /// The days on which the clinic is closed; they override the doctor's hours.
    pub holidays: &'a Holidays,
    /// The time zone of the openings.
    pub zone: ClinicZone,
    /// The length of one visit.
    pub slot_length: SlotLength,
}

impl Timetable<'_> {
    /// Returns the time from the first instant of one local date up to the end of another; `None`
    /// if the zone skipped all of it.
    pub fn days(&self, from: NaiveDate, to: NaiveDate) -> Option<Slot> {
        wall_clock::days(self.zone, from, to)
    }

    /// Returns the slots of one local date, earliest first.
    pub fn slots_on(&self, date: NaiveDate) -> Vec<Slot> {
        self.slots_between(date, date)
    }

    /// Returns the slots of all local dates from `from` up to and including `to`, earliest first.
    ///
    /// The work grows with the number of days, so the caller limits the range.
    pub fn slots_between(&self, from: NaiveDate, to: NaiveDate) -> Vec<Slot> {
        self.openings(from, to)
            .into_iter()
            .flat_map(|opening| self.grid(opening))
            .collect()
    }

    /// Returns the slot that begins at `start`.
    ///
    /// # Errors
    /// [`NotOffered::Holiday`] if the clinic is closed that day, [`NotOffered::OutsideHours`] unless
    /// a visit from `start` would lie wholly within one opening, and [`NotOffered::OffGrid`] if it
    /// would, but begins between two slots.
    pub fn check_slot(&self, start: DateTime<Utc>) -> Result<Slot, NotOffered> {
        let wanted = Slot::starting(start, self.slot_length).ok_or(NotOffered::OutsideHours)?;
        let date = self.zone.date_at(start);
        if self.holidays.contains(date) {
            return Err(NotOffered::Holiday);
        }
        let opening = self
            .openings(day_before(date), day_after(date))
            .into_iter()
            .find(|opening| opening.start() <= wanted.start() && wanted.end() <= opening.end())
            .ok_or(NotOffered::OutsideHours)?;
        self.grid(opening)
            .find(|slot| *slot == wanted)
            .ok_or(NotOffered::OffGrid)
    }

    /// Returns slots from the start of an opening, for as long as they fit.
    pub(super) fn grid(&self, opening: Slot) -> impl Iterator<Item = Slot> + use<> {
        let length = self.slot_length;
        let first = Slot::starting(opening.start(), length);
        std::iter::successors(first, move |slot| Slot::starting(slot.end(), length))
            .take_while(move |slot| slot.end() <= opening.end())
    }

    /// Returns the openings of some local dates in UTC, in order and without overlaps.
    pub(crate) fn openings(&self, from: NaiveDate, to: NaiveDate) -> Vec<Slot> {
        let mut openings = Vec::new();
        let mut free_from = DateTime::<Utc>::MIN_UTC;
        // The day before is included because a repeated hour may reach across midnight.
        for date in day_before(from).iter_days().take_while(|date| *date <= to) {
            for opening in self.hours_on(date) {
                let Some(opening) = self.opening_on(date, opening, free_from) else {
                    continue;
                };
                free_from = opening.end();
                if date >= from {
                    openings.push(opening);
                }
            }
        }
        openings
    }

    /// Returns the openings of a date in local time: none on a holiday, otherwise those of the
    /// date, otherwise those of the week.
    fn hours_on(&self, date: NaiveDate) -> Vec<Opening> {
        if self.holidays.contains(date) {
            return Vec::new();
        }
        match self.dated.on(date) {
            Some(day) => day.openings().to_vec(),
            None => (self.hours.on(date.weekday()))
                .map(OpeningHours::opening)
                .collect(),
        }
    }

    /// Converts one opening on one date to UTC; `None` if a change of the clocks skips it.
    fn opening_on(
        &self,
        date: NaiveDate,
        opening: Opening,
        free_from: DateTime<Utc>,
    ) -> Option<Slot> {
        let (start, _) = instants(self.zone, date, opening.from())?;
        let (_, end) = instants(self.zone, date, opening.to())?;
        Slot::new(start.max(free_from), end).ok()
    }
}

fn day_before(date: NaiveDate) -> NaiveDate {
    date.checked_sub_days(Days::new(1)).unwrap_or(date)
}

fn day_after(date: NaiveDate) -> NaiveDate {
    date.checked_add_days(Days::new(1)).unwrap_or(date)
}
