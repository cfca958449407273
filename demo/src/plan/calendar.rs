//! Finds slots: no person is in two places at once, and no patient comes twice on a day.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeZone as _, Utc};
use domain::Slot;

use super::super::doctors::{DemoDoctor, is_verified};

/// A doctor and a patient, by their places in the lists.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    pub(super) doctor: usize,
    pub(super) patient: usize,
}

impl Pair {
    pub(super) const fn new(doctor: usize, patient: usize) -> Self {
        Self { doctor, patient }
    }
}

/// The slots that are taken.
pub(super) struct Calendar<'a> {
    doctors: &'a [DemoDoctor],
    now: DateTime<Utc>,
    taken: BTreeSet<(usize, DateTime<Utc>)>,
    busy: BTreeSet<(usize, NaiveDate)>,
}

impl<'a> Calendar<'a> {
    pub(super) fn new(doctors: &'a [DemoDoctor], now: DateTime<Utc>) -> Self {
        Self {
            doctors,
            now,
            taken: BTreeSet::new(),
            busy: BTreeSet::new(),
        }
    }

    /// A slot of the doctor's for the patient on the first of these days that has one, counted from today at the clinic;
    /// the nth of that day if it is free, else the next one.
    pub(super) fn place(
        &mut self,
        Pair { doctor, patient }: Pair,
        days: impl IntoIterator<Item = i64>,
        nth: usize,
    ) -> Option<Slot> {
        let today = self.today(doctor);
        for day in days {
            let slots = self.slots_on(doctor, shifted(today, day));
            let ring = slots.iter().cycle().skip(nth % slots.len().max(1));
            for slot in ring.take(slots.len()) {
                if self.claim(doctor, patient, *slot) {
                    return Some(*slot);
                }
            }
        }
        None
    }

    /// Takes the slot for both, if it suits both.
    pub(super) fn claim(&mut self, doctor: usize, patient: usize, slot: Slot) -> bool {
        let of_doctor = (doctor, slot.start());
        let of_patient = (patient, self.date(doctor, slot));
        let free = !self.taken.contains(&of_doctor) && !self.busy.contains(&of_patient);
        free && self.taken.insert(of_doctor) && self.busy.insert(of_patient)
    }

    /// Returns the slot nearest to now of each doctor who is there today; the nearest first.
    pub(super) fn nearest_today(&self) -> Vec<(usize, Slot)> {
        let distance = |slot: &Slot| (slot.start() - self.now).abs();
        let mut nearest: Vec<_> = (0..self.doctors.len())
            .filter(|doctor| is_verified(*doctor))
            .filter_map(|doctor| {
                let slots = self.slots_on(doctor, self.today(doctor)).into_iter();
                Some((doctor, slots.min_by_key(distance)?))
            })
            .collect();
        nearest.sort_by_key(|(doctor, slot)| (distance(slot), *doctor));
        nearest
    }

    /// Every fourth slot of the doctor's today that is free.
    pub(super) fn some_of_today(&self, doctor: usize) -> Vec<Slot> {
        if !is_verified(doctor) {
            return Vec::new();
        }
        let slots = self.slots_on(doctor, self.today(doctor)).into_iter();
        let free = |slot: &Slot| !self.taken.contains(&(doctor, slot.start()));
        slots.skip(doctor % 4).step_by(4).filter(free).collect()
    }

    /// Returns the days from today to a slot.
    pub(super) fn days_from_today(&self, doctor: usize, slot: Slot) -> i64 {
        let date = self.date(doctor, slot);
        date.signed_duration_since(self.today(doctor)).num_days()
    }

    /// Returns the begin of the slot's day at the clinic.
    pub(super) fn day_begins(&self, doctor: usize, slot: Slot) -> DateTime<Utc> {
        let midnight = self.date(doctor, slot).and_time(NaiveTime::MIN);
        let zone = self.doctors[doctor].clinic.zone.tz();
        let begins = zone.from_local_datetime(&midnight).earliest();
        begins.map_or(slot.start(), |begins| begins.to_utc())
    }

    fn slots_on(&self, doctor: usize, date: NaiveDate) -> Vec<Slot> {
        self.doctors[doctor].timetable().slots_on(date)
    }

    fn today(&self, doctor: usize) -> NaiveDate {
        self.local(doctor, self.now)
    }

    fn date(&self, doctor: usize, slot: Slot) -> NaiveDate {
        self.local(doctor, slot.start())
    }

    fn local(&self, doctor: usize, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.doctors[doctor].clinic.zone.tz())
            .date_naive()
    }
}

fn shifted(date: NaiveDate, days: i64) -> NaiveDate {
    let by = Days::new(days.unsigned_abs());
    let shifted = if days < 0 {
        date.checked_sub_days(by)
    } else {
        date.checked_add_days(by)
    };
    shifted.unwrap_or(date)
}
