//! The outline of a chart: everything that is in it, in the order in which it was recorded.
//!
//! Nothing is done here, and no id is made: the same lists and the same time give the same chart. Visits of the plan have
//! their notes. What is older than the clinics was carried over from paper on the day after they opened.

use std::mem;

use chrono::{DateTime, Days, Months, TimeDelta, Utc};

use super::scenario::{Course, Scenario, Signs};
use super::signs::{Body, Units};
use super::step::{By, Entry, Occasion, Step, What};
use crate::chance::Chance;
use crate::doctors::{DemoDoctor, at_clinic, is_verified, specialisation_of};
use crate::patients::Person;
use crate::plan::{Fate, Visit};

/// Patients with an account who write down every week what they measure, for years.
pub(super) const DIARISTS: [usize; 8] = [0, 1, 4, 6, 9, 13, 16, 18];
/// The last clinic of the list measures as in Britain, the others as in India.
const IN_BRITAIN: usize = 3;

/// Everything on which charts depend.
pub(super) struct World<'a> {
    pub(super) doctors: &'a [DemoDoctor],
    pub(super) people: &'a [Person],
    pub(super) visits: &'a [Visit],
    /// The time at which the clinics opened.
    pub(super) founded: DateTime<Utc>,
    pub(super) now: DateTime<Utc>,
}

/// A scenario of the patient's, with the visits to the doctor who treats it.
pub(super) struct Treatment {
    pub(super) scenario: &'static Scenario,
    pub(super) doctor: usize,
    pub(super) visits: Vec<Occasion>,
}

/// Returns the steps of a patient's chart.
pub(super) fn outline(world: &World<'_>, patient: usize) -> anyhow::Result<Vec<Step>> {
    let treatments = treatments(world, patient);
    let mut outline = Outline::new(world, patient, &treatments);
    outline.background(&treatments)?;
    for treatment in &treatments {
        outline.treat(treatment)?;
    }
    outline.diary(&treatments)?;
    let mut steps = outline.steps;
    steps.sort_by_key(|step| step.at);
    Ok(steps)
}

/// A chart that is being written.
pub(super) struct Outline<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) patient: usize,
    pub(super) person: &'a Person,
    /// The doctor who knows the patient best.
    pub(super) doctor: usize,
    pub(super) chance: Chance,
    steps: Vec<Step>,
    entries: usize,
    carried_over: i32,
}

impl<'a> Outline<'a> {
    fn new(world: &'a World<'a>, patient: usize, treatments: &[Treatment]) -> Self {
        let person = &world.people[patient];
        let treating = treatments.first().map(|treatment| treatment.doctor);
        let any = at_clinic(person.home).find(|doctor| is_verified(*doctor));
        Self {
            world,
            patient,
            person,
            doctor: treating.or(any).unwrap_or_default(),
            chance: Chance::new(patient as u64),
            steps: Vec::new(),
            entries: 0,
            carried_over: 0,
        }
    }

    /// Adds a new entry. What is older than the clinics is carried over. Returns its number, and the time at which it is
    /// recorded.
    pub(super) fn add(&mut self, at: DateTime<Utc>, by: By, what: What) -> (Entry, DateTime<Utc>) {
        if at < self.opened() {
            return self.carry_over(by, what);
        }
        let entry = self.entries;
        self.entries += 1;
        self.change(entry, at, by, what);
        (entry, at)
    }

    /// Adds an entry on the day after the clinics opened.
    pub(super) fn carry_over(&mut self, by: By, what: What) -> (Entry, DateTime<Utc>) {
        self.carried_over += 1;
        let at = self.opened() + TimeDelta::minutes(self.carried_over.into());
        self.add(at, by, what)
    }

    /// Changes an entry later, unless that is still to come.
    pub(super) fn change(&mut self, entry: Entry, at: DateTime<Utc>, by: By, what: What) {
        if at <= self.world.now {
            self.steps.push(Step {
                at,
                by,
                entry,
                what,
            });
        }
    }

    /// The day on which what is older was carried over.
    pub(super) fn opened(&self) -> DateTime<Utc> {
        self.world.founded + TimeDelta::days(1)
    }

    /// The patient as a body to measure.
    pub(super) fn body(&self, scenario: Option<&Scenario>) -> Body<'a> {
        self.body_of(self.patient, scenario)
    }

    /// The same, with the build of another patient.
    pub(super) fn body_of(&self, patient: usize, scenario: Option<&Scenario>) -> Body<'a> {
        Body {
            patient,
            person: self.person,
            signs: scenario.map_or(Signs::HEALTHY, |scenario| scenario.signs),
            units: if self.person.home == IN_BRITAIN {
                Units::Britain
            } else {
                Units::India
            },
        }
    }

    /// True for one patient in so many.
    pub(super) fn is_one_in(&self, many: usize, rest: usize) -> bool {
        self.patient % many == rest
    }
}

/// Returns what a patient is treated for: what the visits of the plan were about, and something that lasts for years.
fn treatments(world: &World<'_>, patient: usize) -> Vec<Treatment> {
    let person = &world.people[patient];
    let mut treatments = of_the_plan(world, patient);
    let is_long = |treatment: &Treatment| treatment.scenario.course != Course::Short;
    let lacks_one = !treatments.iter().any(is_long);
    if lacks_one && (patient % 3 != 2 || treatments.is_empty()) {
        treatments.extend(from_before(world, patient, person));
    }
    for treatment in &mut treatments {
        if let Course::Long { every_months, .. } = treatment.scenario.course {
            prepend_earlier(world, patient, treatment, every_months);
        }
    }
    treatments
}

fn of_the_plan(world: &World<'_>, patient: usize) -> Vec<Treatment> {
    let mut treatments: Vec<Treatment> = Vec::new();
    let seen = |visit: &Visit| visit.patient == patient && visit.fate == Fate::Completed;
    let visits = world.visits.iter().enumerate();
    let mut visits: Vec<_> = visits.filter(|(_, visit)| seen(visit)).collect();
    visits.sort_by_key(|(_, visit)| visit.slot.start());
    for (number, visit) in visits {
        let occasion = Occasion {
            visited_at: visit.slot.start(),
            visit: Some(number),
        };
        let same = |treatment: &&mut Treatment| treatment.doctor == visit.doctor;
        if let Some(treatment) = treatments.iter_mut().find(same) {
            treatment.visits.push(occasion);
        } else if let Some(scenario) = visit.scenario(world.people) {
            treatments.push(Treatment {
                scenario,
                doctor: visit.doctor,
                visits: vec![occasion],
            });
        }
    }
    treatments
}

/// Something that is treated for years, by a doctor of the patient's clinic.
fn from_before(world: &World<'_>, patient: usize, person: &Person) -> Option<Treatment> {
    let scenarios = Scenario::long(person, world.now);
    let turns = scenarios.iter().cycle().skip(patient).take(scenarios.len());
    let mut found = turns.filter_map(|scenario| {
        let treats = |doctor: &usize| scenario.treated_by.contains(&specialisation_of(*doctor));
        let mut doctors = at_clinic(person.home).filter(|doctor| is_verified(*doctor));
        doctors.find(treats).map(|doctor| (*scenario, doctor))
    });
    let (scenario, doctor) = found.next()?;
    Some(Treatment {
        scenario,
        doctor,
        visits: Vec::new(),
    })
}

/// Adds visits from before the plan: every so many months for a year or more, as long as the patient was old enough.
fn prepend_earlier(
    world: &World<'_>,
    patient: usize,
    treatment: &mut Treatment,
    every_months: u32,
) {
    let (years, every_months) = if DIARISTS.contains(&patient) {
        (5, 3)
    } else {
        (
            1 + u32::try_from(patient % 4).unwrap_or_default(),
            every_months,
        )
    };
    let person = &world.people[patient];
    let latest = world.now - TimeDelta::days(35);
    let first = treatment
        .visits
        .first()
        .map_or(latest, |visit| visit.visited_at);
    let back = (1..=years * 12 / every_months).rev();
    let days = back.filter_map(|turn| first.checked_sub_months(Months::new(turn * every_months)));
    let (youngest, _) = treatment.scenario.ages;
    let days = days.filter(|day| person.age_on(day.date_naive()) >= youngest);
    let visits = days.filter_map(|day| slot_after(world, treatment.doctor, patient, day));
    let earlier: Vec<_> = visits.collect();
    let later = mem::replace(&mut treatment.visits, earlier);
    treatment.visits.extend(later);
}

/// The first day on which the doctor is there, at one of the hours.
fn slot_after(
    world: &World<'_>,
    doctor: usize,
    patient: usize,
    day: DateTime<Utc>,
) -> Option<Occasion> {
    let doctor = &world.doctors[doctor];
    let date = doctor.clinic.zone.date_at(day);
    let mut slots = (0..7).map(|days| doctor.timetable().slots_on(date + Days::new(days)));
    let slots = slots.find(|slots| !slots.is_empty())?;
    Some(Occasion {
        visited_at: slots[patient % slots.len()].start(),
        visit: None,
    })
}
