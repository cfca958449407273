//! The plan of visits, with their outcomes: from thirty days ago to thirty days ahead.
//!
//! Nothing is done here. The same lists and the same time give the same plan, so its rules are tested without a
//! database. Patients go to the clinic of their town, once a day at most.

mod calendar;
mod fate;
#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use domain::Slot;

use super::charts::Scenario;
use super::doctors::{DemoDoctor, at_clinic, clinic_of, is_verified, specialisation_of};
use super::hours::DAILY;
use super::patients::Person;
use calendar::{Calendar, Pair};
pub(super) use fate::{Fate, HOLD_MINUTES, Step};

/// Days that a plan reaches back, and ahead.
const DAYS: i64 = 30;
/// The first patients have a plan of their own.
const FIRST: usize = 5;
/// The demo's doctor: whose next mornings are free, but for what is planned for them.
const DOCTOR: usize = 0;
/// Numbers of patients who wait, and who are being seen.
const WAITING: usize = 4;
const BEING_SEEN: usize = 3;

/// A visit to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Visit {
    /// Place in the list of doctors.
    pub(super) doctor: usize,
    /// Place in the list of patients.
    pub(super) patient: usize,
    pub(super) slot: Slot,
    pub(super) booked_at: DateTime<Utc>,
    pub(super) fate: Fate,
    /// The steps after it was booked, each with its time.
    pub(super) steps: Vec<(Step, DateTime<Utc>)>,
    /// The visit of the plan that it follows up.
    pub(super) follows: Option<usize>,
}

impl Visit {
    /// Returns what the patient comes for; none if they grew out of it before the visit.
    pub(super) fn scenario(&self, people: &[Person]) -> Option<&'static Scenario> {
        let specialisation = specialisation_of(self.doctor);
        let person = &people[self.patient];
        Scenario::choose(specialisation, self.patient, person, self.slot.start())
    }

    /// Returns the time of the last step.
    pub(super) fn settled_at(&self) -> DateTime<Utc> {
        self.steps.last().map_or(self.booked_at, |(_, at)| *at)
    }
}

/// Every visit; one that follows another comes after it.
pub(super) fn plan(doctors: &[DemoDoctor], people: &[Person], now: DateTime<Utc>) -> Vec<Visit> {
    let mut plan = Plan {
        calendar: Calendar::new(doctors, now),
        doctors,
        people,
        now,
        visits: Vec::new(),
    };
    plan.of_the_patient();
    plan.of_the_doctor();
    plan.of_today();
    for patient in FIRST..people.len() {
        plan.of_a_patient(patient);
    }
    plan.visits
}

struct Plan<'a> {
    calendar: Calendar<'a>,
    doctors: &'a [DemoDoctor],
    people: &'a [Person],
    now: DateTime<Utc>,
    visits: Vec<Visit>,
}

impl Plan<'_> {
    /// The demo's patient has some of each kind. Those ahead are with doctors of the evening, so that the
    /// mornings are free for a tour.
    fn of_the_patient(&mut self) {
        let seen = self.past(Pair::new(16, 0), -23, 1, Fate::Completed);
        let again = self.past(Pair::new(16, 0), -9, 3, Fate::Completed);
        if let (Some(seen), Some(again)) = (seen, again) {
            self.visits[again].follows = Some(seen);
        }
        self.past(Pair::new(10, 0), -4, 2, Fate::Cancelled);
        self.ahead(Pair::new(10, 0), 1, 2, Fate::Left);
        self.ahead(Pair::new(DAILY, 0), 2, 3, Fate::Confirmed);
        self.ahead(Pair::new(16, 0), 3, 1, Fate::Cancelled);
    }

    /// The demo's doctor has a day with several; its first slots are free.
    fn of_the_doctor(&mut self) {
        for (patient, slot, fate) in [
            (1, 2, Fate::Confirmed),
            (2, 3, Fate::Left),
            (3, 6, Fate::Cancelled),
            (4, 8, Fate::Confirmed),
        ] {
            self.ahead(Pair::new(DOCTOR, patient), 1, slot, fate);
        }
    }

    /// Today: some are being seen and some wait, with whom it is nearest to the hour; and what was earlier or comes
    /// later.
    fn of_today(&mut self) {
        let fates = [Fate::InProgress; BEING_SEEN].into_iter();
        let fates = fates.chain([Fate::Arrived; WAITING]);
        for (turn, (fate, (doctor, slot))) in fates.zip(self.calendar.nearest_today()).enumerate() {
            self.today(doctor, slot, turn, fate);
        }
        for doctor in 0..self.doctors.len() {
            for (turn, slot) in self.calendar.some_of_today(doctor).into_iter().enumerate() {
                let turn = 2 * doctor + turn;
                if slot.end() + TimeDelta::minutes(30) <= self.now {
                    let fate = [Fate::Completed, Fate::Completed, Fate::NoShow][turn % 3];
                    self.today(doctor, slot, turn, fate);
                } else if slot.start() > self.now + TimeDelta::minutes(30) {
                    self.today(doctor, slot, turn, Fate::Confirmed);
                }
            }
        }
    }

    fn today(&mut self, doctor: usize, slot: Slot, turn: usize, fate: Fate) {
        let locals = FIRST..self.people.len();
        let locals: Vec<_> = locals
            .filter(|patient| self.suits(doctor, *patient))
            .collect();
        let mut patients = locals.iter().cycle().skip(7 * turn).take(locals.len());
        let patient = patients.find(|patient| self.calendar.claim(doctor, **patient, slot));
        if let Some(&patient) = patient {
            let days = 1 + i64::try_from(turn % 9).unwrap_or_default();
            let booked_at = slot.start() - TimeDelta::days(days) - TimeDelta::minutes(90);
            self.add(Pair::new(doctor, patient), slot, booked_at, fate);
        }
    }

    /// Any other patient was there once, and perhaps again, and some will be.
    fn of_a_patient(&mut self, patient: usize) {
        const PAST: [Fate; 8] = [
            Fate::Completed,
            Fate::Completed,
            Fate::NoShow,
            Fate::Completed,
            Fate::Cancelled,
            Fate::Completed,
            Fate::Expired,
            Fate::Completed,
        ];
        const AHEAD: [Fate; 6] = [
            Fate::Confirmed,
            Fate::Left,
            Fate::Confirmed,
            Fate::Cancelled,
            Fate::Confirmed,
            Fate::Expired,
        ];
        let back = -1 - days_of(11 * patient);
        let doctor = self.doctor_for(patient, 0);
        let first = self.past(
            Pair::new(doctor, patient),
            back,
            patient,
            PAST[patient % PAST.len()],
        );
        if let Some(first) = first
            && self.visits[first].fate == Fate::Completed
            && patient.is_multiple_of(3)
        {
            self.follow_up(first);
        }
        if patient.is_multiple_of(2) {
            let doctor = self.doctor_for(patient, 1);
            let fate = AHEAD[patient / 2 % AHEAD.len()];
            self.ahead(
                Pair::new(doctor, patient),
                1 + days_of(7 * patient),
                patient,
                fate,
            );
        }
    }

    /// A week later with the same doctor, be that past or to come; booked on leaving.
    fn follow_up(&mut self, first: usize) {
        let Visit {
            doctor,
            patient,
            slot,
            ..
        } = self.visits[first];
        let booked_at = self.visits[first].settled_at() + TimeDelta::minutes(5);
        let after = self.calendar.days_from_today(doctor, slot) + 7;
        let past = self
            .calendar
            .place(Pair::new(doctor, patient), after..0, patient);
        let (slot, fate) = match past {
            Some(slot) => (Some(slot), Fate::Completed),
            None if doctor == DOCTOR => (None, Fate::Confirmed),
            None => {
                let ahead = self
                    .calendar
                    .place(Pair::new(doctor, patient), 1..=DAYS, patient);
                (ahead, Fate::Confirmed)
            }
        };
        if let Some(slot) = slot {
            let follow_up = self.add(Pair::new(doctor, patient), slot, booked_at, fate);
            self.visits[follow_up].follows = Some(first);
        }
    }

    /// A visit of the last days, from that day on or else before.
    fn past(&mut self, pair: Pair, from: i64, nth: usize, fate: Fate) -> Option<usize> {
        let slot = self
            .calendar
            .place(pair, (from..0).chain(-DAYS..from), nth)?;
        let days = 1 + i64::try_from(nth % 12).unwrap_or_default();
        let booked_at = slot.start() - TimeDelta::days(days) - TimeDelta::hours(2);
        let fate = self.within_means(pair.doctor, fate);
        Some(self.add(pair, slot, booked_at, fate))
    }

    /// A visit of the next days, from that day on or else before.
    fn ahead(&mut self, pair: Pair, from: i64, nth: usize, fate: Fate) {
        let days = (from..=DAYS).chain(1..from);
        let Some(slot) = self.calendar.place(pair, days, nth) else {
            return;
        };
        let fate = self.within_means(pair.doctor, fate);
        let spread = i64::try_from(nth % 50).unwrap_or_default();
        let ago = if fate == Fate::Left {
            TimeDelta::minutes(1 + spread)
        } else {
            TimeDelta::hours(30 + 3 * spread)
        };
        self.add(pair, slot, self.now - ago, fate);
    }

    /// Visits without a fee are not held until they are paid.
    fn within_means(&self, doctor: usize, fate: Fate) -> Fate {
        match fate {
            Fate::Left if !self.doctors[doctor].asks_a_fee() => Fate::Confirmed,
            Fate::Expired if !self.doctors[doctor].asks_a_fee() => Fate::Cancelled,
            fate => fate,
        }
    }

    fn add(
        &mut self,
        Pair { doctor, patient }: Pair,
        slot: Slot,
        booked_at: DateTime<Utc>,
        fate: Fate,
    ) -> usize {
        let day_begins = self.calendar.day_begins(doctor, slot);
        self.visits.push(Visit {
            doctor,
            patient,
            slot,
            booked_at,
            fate,
            steps: fate.steps(slot, booked_at, day_begins, self.now),
            follows: None,
        });
        self.visits.len() - 1
    }

    /// Returns whether a doctor works at the patient's clinic and treats people of their age and gender.
    fn suits(&self, doctor: usize, patient: usize) -> bool {
        let person = &self.people[patient];
        clinic_of(doctor) == person.home
            && Scenario::choose(specialisation_of(doctor), patient, person, self.now).is_some()
    }

    /// A verified doctor of the patient's clinic, another one each turn; never the demo's own.
    fn doctor_for(&self, patient: usize, turn: usize) -> usize {
        let doctors: Vec<_> = at_clinic(self.people[patient].home)
            .filter(|doctor| is_verified(*doctor) && *doctor != DOCTOR)
            .filter(|doctor| self.suits(*doctor, patient))
            .collect();
        doctors[(7 * patient + 3 * turn) % doctors.len()]
    }
}

/// From nothing to one day short of the plan's reach.
fn days_of(number: usize) -> i64 {
    i64::try_from(number).unwrap_or_default() % DAYS
}
