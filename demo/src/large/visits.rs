//! Visits of a practice, with their outcomes.

use std::ops::RangeInclusive;

use anyhow::Context as _;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc};
use domain::Slot;

use super::diary::{Diary, Found};
use super::staff::Staff;
use crate::chance::Chance;
use crate::plan::{Fate, Step};

/// Days that visits lie back, and ahead.
pub(super) const BACK: u64 = 120;
pub(super) const AHEAD: u64 = 90;
/// Minutes from booking to visit: an hour and a half at least, three weeks at most.
const LEAST_LEAD: i64 = 90;
const LEAD: u32 = 3 * 7 * 24 * 60;
/// One in so many visits ahead was at another time first.
const MOVED: usize = 25;

/// A visit to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Visit {
    pub(super) doctor: usize,
    pub(super) patient: usize,
    pub(super) slot: Slot,
    /// The slot that it had first, if it was moved.
    pub(super) before: Option<Slot>,
    pub(super) booked_at: DateTime<Utc>,
    pub(super) steps: Vec<(Step, DateTime<Utc>)>,
}

/// All visits of a practice, those that were first.
pub(super) fn draw(
    staff: &Staff,
    past: usize,
    ahead: usize,
    now: DateTime<Utc>,
    mut chance: Chance,
) -> anyhow::Result<Vec<Visit>> {
    let mut drawing = Drawing {
        staff,
        now,
        chance: &mut chance,
        visits: Vec::with_capacity(past + ahead),
    };
    drawing.past(past)?;
    drawing.ahead(ahead)?;
    Ok(drawing.visits)
}

struct Drawing<'a> {
    staff: &'a Staff,
    now: DateTime<Utc>,
    chance: &'a mut Chance,
    visits: Vec<Visit>,
}

impl Drawing<'_> {
    /// Yesterday and before.
    fn past(&mut self, count: usize) -> anyhow::Result<()> {
        let today = self.staff.zone().date_at(self.now);
        let mut diary = self.diary(today - Days::new(BACK)..=today - Days::new(1));
        for _ in 0..count {
            let found = self.find(&mut diary)?;
            let lead = TimeDelta::minutes(LEAST_LEAD) + self.chance.minutes_below(LEAD);
            let booked_at = found.slot.start() - lead;
            let fate = match self.chance.below(100) {
                0..80 => Fate::Completed,
                80..86 => Fate::NoShow,
                86..97 => Fate::Cancelled,
                _ if self.staff.asks_a_fee(found.doctor) => Fate::Expired,
                _ => Fate::Cancelled,
            };
            self.add(found, booked_at, fate, None);
        }
        Ok(())
    }

    /// Tomorrow and after: all of it will take place.
    fn ahead(&mut self, count: usize) -> anyhow::Result<()> {
        let today = self.staff.zone().date_at(self.now);
        let mut diary = self.diary(today + Days::new(1)..=today + Days::new(AHEAD));
        for number in 0..count {
            let found = self.find(&mut diary)?;
            let ago = TimeDelta::minutes(LEAST_LEAD) + self.chance.minutes_below(LEAD);
            let before = if number.is_multiple_of(MOVED) {
                diary.another(found.doctor, self.chance)
            } else {
                None
            };
            self.add(found, self.now - ago, Fate::Confirmed, before);
        }
        Ok(())
    }

    fn diary(&self, days: RangeInclusive<NaiveDate>) -> Diary {
        let doctors = self.staff.doctors.iter().map(|doctor| &doctor.facts);
        Diary::new(self.staff.zone(), doctors, days, self.staff.patients.len())
    }

    fn find(&mut self, diary: &mut Diary) -> anyhow::Result<Found> {
        let found = diary.find(self.chance);
        found.context("finding a time for one more visit")
    }

    fn add(&mut self, found: Found, booked_at: DateTime<Utc>, fate: Fate, before: Option<Slot>) {
        let Found {
            doctor,
            patient,
            slot,
        } = found;
        let day_begins = self.day_begins(slot);
        self.visits.push(Visit {
            doctor,
            patient,
            slot,
            before,
            booked_at,
            steps: fate.steps(slot, booked_at, day_begins, self.now),
        });
    }

    fn day_begins(&self, slot: Slot) -> DateTime<Utc> {
        let zone = self.staff.zone();
        let midnight = zone.date_at(slot.start()).and_time(NaiveTime::MIN);
        let begins = zone.tz().from_local_datetime(&midnight).earliest();
        begins.map_or(slot.start(), |begins| begins.to_utc())
    }
}
