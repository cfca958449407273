//! From a doctor's week to the slots that can be booked, right on the days on which the clocks
//! change.
//!
//! An opening is said in local time and a visit takes elapsed time, so the two meet in UTC: the
//! opening's local ends are converted first, then slots of equal length are laid from its start for
//! as long as they fit. On such a day
//! - a local time that is skipped means the first one after the gap,
//! - a local time that comes twice means the first of the two where an opening starts and the
//!   second where it ends,
//! - an opening begins at the earliest when the one before it is over, so that a repeated hour is
//!   never given away twice.
//!
//! What is already taken, or in the past, is not known here; that is for those who hold the claims
//! and the clock.

use chrono::offset::LocalResult;
use chrono::{
    DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc,
};
use thiserror::Error;

use crate::values::{ClinicZone, OpeningHours, Slot, SlotLength, WeeklyHours};

/// Longer than any zone ever skipped: Samoa left out a whole day in 2011.
const LONGEST_GAP_MINUTES: i64 = 25 * 60;

/// Why no slot begins at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotOffered {
    /// The visit would not lie wholly within one opening: it begins before it, or ends after it.
    #[error("the doctor does not see patients at that time")]
    OutsideHours,
    /// The visit would lie within an opening, but begins between two slots.
    #[error("no slot begins at that time")]
    OffGrid,
}

/// One doctor's week at one clinic, ready to be laid out on a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timetable<'a> {
    /// The regular openings, in local time.
    pub hours: &'a WeeklyHours,
    /// The wall clock by which they are meant.
    pub zone: ClinicZone,
    /// How long one visit takes.
    pub slot_length: SlotLength,
}

impl Timetable<'_> {
    /// The slots of the openings of one local date, earliest first.
    pub fn slots_on(&self, date: NaiveDate) -> Vec<Slot> {
        self.slots_between(date, date)
    }

    /// The slots of the openings of all local dates from `from` up to and including `to`, earliest
    /// first.
    ///
    /// The work grows with the number of days; it is the caller who keeps the range short.
    pub fn slots_between(&self, from: NaiveDate, to: NaiveDate) -> Vec<Slot> {
        self.openings(from, to)
            .into_iter()
            .flat_map(|opening| self.grid(opening))
            .collect()
    }

    /// The slot that begins at `start`.
    ///
    /// # Errors
    /// [`NotOffered::OutsideHours`] unless a visit from `start` would lie wholly within one
    /// opening, and [`NotOffered::OffGrid`] if it would, but begins between two slots.
    pub fn check_slot(&self, start: DateTime<Utc>) -> Result<Slot, NotOffered> {
        let wanted = Slot::starting(start, self.slot_length).ok_or(NotOffered::OutsideHours)?;
        let date = start.with_timezone(&self.zone.tz()).date_naive();
        let opening = self
            .openings(day_before(date), day_after(date))
            .into_iter()
            .find(|opening| opening.start() <= wanted.start() && wanted.end() <= opening.end())
            .ok_or(NotOffered::OutsideHours)?;
        self.grid(opening)
            .find(|slot| *slot == wanted)
            .ok_or(NotOffered::OffGrid)
    }

    /// Slots from the start of an opening, for as long as they fit.
    fn grid(&self, opening: Slot) -> impl Iterator<Item = Slot> + use<> {
        let length = self.slot_length;
        let first = Slot::starting(opening.start(), length);
        std::iter::successors(first, move |slot| Slot::starting(slot.end(), length))
            .take_while(move |slot| slot.end() <= opening.end())
    }

    /// The openings of some local dates in UTC, in order and without overlaps.
    fn openings(&self, from: NaiveDate, to: NaiveDate) -> Vec<Slot> {
        let mut openings = Vec::new();
        let mut free_from = DateTime::<Utc>::MIN_UTC;
        // The day before takes part because a repeated hour may reach across midnight.
        for date in day_before(from).iter_days().take_while(|date| *date <= to) {
            for hours in self.hours.on(date.weekday()) {
                let Some(opening) = self.opening_on(date, hours, free_from) else {
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

    /// One opening on one date in UTC, or nothing where a change of the clocks swallowed it.
    fn opening_on(
        &self,
        date: NaiveDate,
        hours: &OpeningHours,
        free_from: DateTime<Utc>,
    ) -> Option<Slot> {
        let (start, _) = self.instants(date, hours.from())?;
        let (_, end) = self.instants(date, hours.to())?;
        Slot::new(start.max(free_from), end).ok()
    }

    /// The first and the last instant at which the wall clock shows a time, or shows the next time
    /// it does not skip.
    fn instants(&self, date: NaiveDate, time: NaiveTime) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let local = date.and_time(time);
        (0..=LONGEST_GAP_MINUTES)
            .filter_map(|minutes| local.checked_add_signed(TimeDelta::minutes(minutes)))
            .find_map(|local| self.resolve(local))
    }

    fn resolve(&self, local: NaiveDateTime) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        match self.zone.tz().from_local_datetime(&local) {
            LocalResult::Single(only) => Some((only.to_utc(), only.to_utc())),
            LocalResult::Ambiguous(first, last) => Some((first.to_utc(), last.to_utc())),
            LocalResult::None => None,
        }
    }
}

fn day_before(date: NaiveDate) -> NaiveDate {
    date.checked_sub_days(Days::new(1)).unwrap_or(date)
}

fn day_after(date: NaiveDate) -> NaiveDate {
    date.checked_add_days(Days::new(1)).unwrap_or(date)
}

#[cfg(test)]
mod tests;
