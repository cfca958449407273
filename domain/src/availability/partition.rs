//! Offered slots of a doctor at a clinic, and the reasons why other times are unavailable.
//!
//! Openings are divided into slots, and the times between them are gaps. A slot is offered or has
//! one reason as a whole; a gap is cut where its reason changes. Adjacent times with one reason are
//! merged.

use chrono::{DateTime, NaiveDate, Utc};

use super::timetable::Timetable;
use super::unavailable_reason::UnavailableReason;
use super::wall_clock;
use crate::appointment::BookingPolicy;
use crate::values::Slot;

/// Everything that decides which slots of a doctor at a clinic can be booked at an instant.
#[derive(Debug, Clone, Copy)]
pub struct Offer<'a> {
    /// The doctor's hours and the clinic's holidays.
    pub timetable: Timetable<'a>,
    /// True if the doctor's qualification was verified.
    pub verified: bool,
    /// True if the doctor is suspended.
    pub suspended: bool,
    /// Times at which the doctor is taken, at any clinic: in order and without overlaps. A hold
    /// that has ended takes no time.
    pub taken: &'a [Taken],
    /// The policy that limits how far ahead visits can be booked.
    pub policy: BookingPolicy,
    /// The present time.
    pub now: DateTime<Utc>,
}

/// A time that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// The time.
    pub during: Slot,
    /// The kind of entry that takes it.
    pub by: TakenBy,
}

/// Kind of entry that takes a doctor's time. If several share a slot, the last of this list is
/// reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TakenBy {
    /// A visit, held or confirmed.
    Visit,
    /// A leave.
    Leave,
}

/// A range of days, divided: every moment lies in exactly one of these.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Partition {
    /// Slots that can be booked, earliest first.
    pub slots: Vec<Slot>,
    /// All other times, earliest first.
    pub unoffered: Vec<Unoffered>,
}

/// A time at which no visit can be booked, with one reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unoffered {
    /// The time.
    pub during: Slot,
    /// The reason.
    pub reason: UnavailableReason,
}

impl Offer<'_> {
    /// Divides the local days from `from` up to and including `to`.
    ///
    /// The work grows with the number of days, so the caller limits the range.
    pub fn partition(&self, from: NaiveDate, to: NaiveDate) -> Partition {
        let Some(days) = self.timetable.days(from, to) else {
            return Partition::default();
        };
        let mut builder = PartitionBuilder::new(self, days.start(), self.cuts(from, to));
        for opening in self.timetable.openings(from, to) {
            builder.gap(opening.start(), UnavailableReason::OutsideHours);
            for slot in self.timetable.grid(opening) {
                builder.slot(slot);
            }
            builder.gap(opening.end(), UnavailableReason::TooShort);
        }
        builder.gap(days.end(), UnavailableReason::OutsideHours);
        builder.partition
    }

    /// Returns the times at which the reason of a gap may change, in order: now, the horizon, and
    /// each midnight.
    fn cuts(&self, from: NaiveDate, to: NaiveDate) -> Vec<DateTime<Utc>> {
        let nights = from.iter_days().skip(1).take_while(|date| *date <= to);
        let mut cuts: Vec<_> = nights
            .filter_map(|date| wall_clock::midnight(self.timetable.zone, date))
            .chain([self.now, self.policy.horizon(self.now)])
            .collect();
        cuts.sort();
        cuts
    }

    /// Returns the reason why a slot can't be booked, if there is one.
    fn slot_reason(&self, slot: Slot) -> Option<UnavailableReason> {
        if !self.verified {
            Some(UnavailableReason::Unverified)
        } else if self.suspended {
            Some(UnavailableReason::Suspended)
        } else if slot.start() <= self.now {
            Some(UnavailableReason::Past)
        } else if slot.start() > self.policy.horizon(self.now) {
            Some(UnavailableReason::TooFar)
        } else {
            self.taken_by(slot).map(|by| match by {
                TakenBy::Leave => UnavailableReason::Leave,
                TakenBy::Visit => UnavailableReason::Taken,
            })
        }
    }

    /// Returns the kind of entry that takes the slot, if one overlaps it.
    fn taken_by(&self, slot: Slot) -> Option<TakenBy> {
        let first = self
            .taken
            .partition_point(|taken| taken.during.end() <= slot.start());
        let sharing = self.taken.get(first..)?.iter();
        sharing
            .take_while(|taken| taken.during.overlaps(&slot))
            .map(|taken| taken.by)
            .max()
    }

    /// Returns the reason why no slot begins in a gap at an instant; `otherwise` is the reason of
    /// the gap itself.
    fn gap_reason(&self, at: DateTime<Utc>, otherwise: UnavailableReason) -> UnavailableReason {
        let timetable = &self.timetable;
        if !self.verified {
            UnavailableReason::Unverified
        } else if self.suspended {
            UnavailableReason::Suspended
        } else if at < self.now {
            UnavailableReason::Past
        } else if at >= self.policy.horizon(self.now) {
            UnavailableReason::TooFar
        } else if timetable.holidays.contains(timetable.zone.date_at(at)) {
            UnavailableReason::Holiday
        } else {
            otherwise
        }
    }
}

/// A partition under construction: everything before `at` is done.
struct PartitionBuilder<'a> {
    offer: &'a Offer<'a>,
    at: DateTime<Utc>,
    cuts: Vec<DateTime<Utc>>,
    partition: Partition,
}

impl<'a> PartitionBuilder<'a> {
    fn new(offer: &'a Offer<'a>, at: DateTime<Utc>, cuts: Vec<DateTime<Utc>>) -> Self {
        Self {
            offer,
            at,
            cuts,
            partition: Partition::default(),
        }
    }

    /// Adds the next slot.
    fn slot(&mut self, slot: Slot) {
        match self.offer.slot_reason(slot) {
            Some(reason) => self.unoffered(slot.end(), reason),
            None => self.partition.slots.push(slot),
        }
        self.at = slot.end();
    }

    /// Adds a gap up to `end`.
    fn gap(&mut self, end: DateTime<Utc>, reason: UnavailableReason) {
        while self.at < end {
            let next = self.cuts.partition_point(|cut| *cut <= self.at);
            let until = self.cuts.get(next).map_or(end, |cut| end.min(*cut));
            self.unoffered(until, self.offer.gap_reason(self.at, reason));
            self.at = until;
        }
    }

    /// Adds an unavailable time up to `end`, merged with the time before if that has the same
    /// reason.
    fn unoffered(&mut self, end: DateTime<Utc>, reason: UnavailableReason) {
        let touches = |last: &&mut Unoffered| last.reason == reason && last.during.end() == self.at;
        let last = self.partition.unoffered.last_mut().filter(touches);
        let start = last.as_ref().map_or(self.at, |last| last.during.start());
        let Ok(during) = Slot::new(start, end) else {
            return;
        };
        match last {
            Some(last) => last.during = during,
            None => self.partition.unoffered.push(Unoffered { during, reason }),
        }
    }
}
