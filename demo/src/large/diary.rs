//! Finds times: no person is in two places at once, and no patient comes twice on a day.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use chrono::NaiveDate;
use domain::{ClinicZone, DoctorFacts, Holidays, Slot};

use crate::chance::Chance;

/// The slots of some doctors over some weeks, and who has which.
pub(super) struct Diary {
    zone: ClinicZone,
    /// By doctor, in order.
    slots: Vec<Vec<Slot>>,
    taken: Vec<Vec<bool>>,
    busy: HashSet<(usize, NaiveDate)>,
    patients: usize,
}

/// A slot for two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) doctor: usize,
    pub(super) patient: usize,
    pub(super) slot: Slot,
}

impl Diary {
    /// Empty, from one date up to and including another. The doctors work at one clinic.
    pub(super) fn new<'d>(
        zone: ClinicZone,
        doctors: impl Iterator<Item = &'d DoctorFacts>,
        days: RangeInclusive<NaiveDate>,
        patients: usize,
    ) -> Self {
        let slots = |doctor: &DoctorFacts| {
            let terms = doctor.affiliation.as_ref();
            terms.map(|terms| {
                terms
                    .timetable(Holidays::NONE)
                    .slots_between(*days.start(), *days.end())
            })
        };
        let slots: Vec<_> = doctors
            .map(|doctor| slots(doctor).unwrap_or_default())
            .collect();
        Self {
            zone,
            taken: slots.iter().map(|slots| vec![false; slots.len()]).collect(),
            slots,
            busy: HashSet::new(),
            patients,
        }
    }

    /// A time by chance, the sooner the likelier; the next one that is free if that is not.
    pub(super) fn find(&mut self, chance: &mut Chance) -> Option<Found> {
        let doctors = self.slots.len();
        let first = chance.below(doctors);
        let mut doctors = (0..doctors).map(|turn| (first + turn) % doctors);
        doctors.find_map(|doctor| self.find_with(doctor, chance))
    }

    fn find_with(&mut self, doctor: usize, chance: &mut Chance) -> Option<Found> {
        let count = self.slots[doctor].len();
        // The lesser of two: most visits are soon.
        let first = chance.below(count).min(chance.below(count));
        let place = (0..count)
            .map(|turn| (first + turn) % count)
            .find_map(|place| {
                let free = !self.taken[doctor][place];
                let patient = free
                    .then(|| self.free_patient(doctor, place, chance))
                    .flatten()?;
                Some((place, patient))
            });
        let (place, patient) = place?;
        self.taken[doctor][place] = true;
        let slot = self.slots[doctor][place];
        Some(Found {
            doctor,
            patient,
            slot,
        })
    }

    /// A patient by chance who is not there on that day, and will be now.
    fn free_patient(&mut self, doctor: usize, place: usize, chance: &mut Chance) -> Option<usize> {
        let date = self.zone.date_at(self.slots[doctor][place].start());
        let first = chance.below(self.patients);
        let mut patients = (0..self.patients).map(|turn| (first + turn) % self.patients);
        patients.find(|patient| self.busy.insert((*patient, date)))
    }

    /// Another free slot of the doctor's.
    pub(super) fn another(&self, doctor: usize, chance: &mut Chance) -> Option<Slot> {
        let count = self.slots[doctor].len();
        let first = chance.below(count);
        let mut places = (0..count).map(|turn| (first + turn) % count);
        let place = places.find(|place| !self.taken[doctor][*place])?;
        Some(self.slots[doctor][place])
    }
}
