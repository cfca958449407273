//! What a doctor offers at a clinic, and why the rest of the time is not offered.
//!
//! Openings are laid out as slots, and what lies between them as gaps; each slot is offered, or has
//! one reason as a whole; a gap is cut where its reason changes. What touches and has one reason is
//! told as one.

use chrono::{DateTime, NaiveDate, Utc};

use super::timetable::Timetable;
use super::unavailable_reason::UnavailableReason;
use super::wall_clock;
use crate::appointment::BookingPolicy;
use crate::values::Slot;

/// What a doctor can be booked for at a clinic, as it is at an instant.
#[derive(Debug, Clone, Copy)]
pub struct Offer<'a> {
    /// When the doctor is there, and when the clinic is closed.
    pub timetable: Timetable<'a>,
    /// Whether the doctor's papers were checked.
    pub verified: bool,
    /// Whether no bookings are taken for the doctor.
    pub suspended: bool,
    /// What the doctor has no time for, at whichever clinic: in order, and sharing no time. A hold
    /// whose time is over takes nothing.
    pub taken: &'a [Taken],
    /// How far ahead can be booked.
    pub policy: BookingPolicy,
    /// The instant.
    pub now: DateTime<Utc>,
}

/// A time that is not free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// From when to when.
    pub during: Slot,
    /// By what.
    pub by: TakenBy,
}

/// What takes a doctor's time. Of several that share a slot, the last of this list is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TakenBy {
    /// A visit, held or confirmed.
    Visit,
    /// Time off.
    Leave,
}

/// Some days, taken apart: every moment of them lies in exactly one of these.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Partition {
    /// What can be booked, earliest first.
    pub slots: Vec<Slot>,
    /// The rest, earliest first.
    pub unoffered: Vec<Unoffered>,
}

/// A time at which nothing can be booked, for one reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unoffered {
    /// From when to when.
    pub during: Slot,
    /// Why.
    pub why: UnavailableReason,
}

impl Offer<'_> {
    /// Takes the local days from `from` up to and including `to` apart.
    ///
    /// The work grows with the number of days; it is the caller who keeps the range short.
    pub fn partition(&self, from: NaiveDate, to: NaiveDate) -> Partition {
        let Some(days) = self.timetable.days(from, to) else {
            return Partition::default();
        };
        let mut line = Line::new(self, days.start(), self.cuts(from, to));
        for opening in self.timetable.openings(from, to) {
            line.gap(opening.start(), UnavailableReason::OutsideHours);
            for slot in self.timetable.grid(opening) {
                line.slot(slot);
            }
            line.gap(opening.end(), UnavailableReason::TooShort);
        }
        line.gap(days.end(), UnavailableReason::OutsideHours);
        line.partition
    }

    /// Where the reason of a gap may change, in order: now, at the horizon, and each midnight.
    fn cuts(&self, from: NaiveDate, to: NaiveDate) -> Vec<DateTime<Utc>> {
        let nights = from.iter_days().skip(1).take_while(|date| *date <= to);
        let mut cuts: Vec<_> = nights
            .filter_map(|date| wall_clock::midnight(self.timetable.zone, date))
            .chain([self.now, self.policy.horizon(self.now)])
            .collect();
        cuts.sort();
        cuts
    }

    /// What keeps a slot from being booked, if anything does.
    fn against(&self, slot: Slot) -> Option<UnavailableReason> {
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

    /// What takes the slot, if anything shares time with it.
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

    /// Why nothing begins in a gap at an instant, which would else be for the reason given.
    fn why(&self, at: DateTime<Utc>, else_for: UnavailableReason) -> UnavailableReason {
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
            else_for
        }
    }
}

/// A partition in the making: everything before `at` is told.
struct Line<'a> {
    offer: &'a Offer<'a>,
    at: DateTime<Utc>,
    cuts: Vec<DateTime<Utc>>,
    partition: Partition,
}

impl<'a> Line<'a> {
    fn new(offer: &'a Offer<'a>, at: DateTime<Utc>, cuts: Vec<DateTime<Utc>>) -> Self {
        Self {
            offer,
            at,
            cuts,
            partition: Partition::default(),
        }
    }

    /// The next slot.
    fn slot(&mut self, slot: Slot) {
        match self.offer.against(slot) {
            Some(why) => self.unoffered(slot.end(), why),
            None => self.partition.slots.push(slot),
        }
        self.at = slot.end();
    }

    /// No slot up to `end`.
    fn gap(&mut self, end: DateTime<Utc>, why: UnavailableReason) {
        while self.at < end {
            let next = self.cuts.partition_point(|cut| *cut <= self.at);
            let until = self.cuts.get(next).map_or(end, |cut| end.min(*cut));
            self.unoffered(until, self.offer.why(self.at, why));
            self.at = until;
        }
    }

    /// Not up to `end`: by itself, or together with what it touches if that has the same reason.
    fn unoffered(&mut self, end: DateTime<Utc>, why: UnavailableReason) {
        let touches = |last: &&mut Unoffered| last.why == why && last.during.end() == self.at;
        let last = self.partition.unoffered.last_mut().filter(touches);
        let start = last.as_ref().map_or(self.at, |last| last.during.start());
        let Ok(during) = Slot::new(start, end) else {
            return;
        };
        match last {
            Some(last) => last.during = during,
            None => self.partition.unoffered.push(Unoffered { during, why }),
        }
    }
}
