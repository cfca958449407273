//! Properties of every chart, at some times at which the demo is made.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use domain::vitals::{Measurements, VitalSign};
use domain::{AccountId, Actor, AppointmentId, PatientId, Role};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use uuid::Uuid;

use super::outline::DIARISTS;
use super::step::{AllergyStep, By, ItemStep, NoteStep, PrescriptionStep, Step, VitalsStep, What};
use super::*;
use crate::doctors::{self, DemoDoctor, clinic_of, is_verified, specialisation_of};
use crate::patients::{self, ACCOUNTS, Person};
use crate::plan::{Fate, plan};

/// Everything that a check looks at.
struct Made {
    doctors: Vec<DemoDoctor>,
    people: Vec<Person>,
    visits: Vec<Visit>,
    now: DateTime<Utc>,
    charts: Vec<Vec<Step>>,
}

impl Made {
    fn at(now: &str) -> Self {
        let (doctors, people) = (doctors::tests::all(), patients::people());
        let now = now.parse().unwrap();
        let visits = plan(&doctors, &people, now);
        let world = World {
            doctors: &doctors,
            people: &people,
            visits: &visits,
            founded: now - crate::FOUNDED_AGO,
            now,
        };
        let charts = (0..people.len()).map(|patient| outline(&world, patient).unwrap());
        let charts = charts.collect();
        Self {
            doctors,
            people,
            visits,
            now,
            charts,
        }
    }

    fn steps(&self) -> impl Iterator<Item = (usize, &Step)> {
        let charts = self.charts.iter().enumerate();
        charts.flat_map(|(patient, steps)| steps.iter().map(move |step| (patient, step)))
    }
}

/// A Thursday morning, the night after a leap day, a Sunday evening.
const TIMES: [&str; 3] = [
    "2026-11-26T06:10:00Z",
    "2028-02-29T21:40:00Z",
    "2027-03-28T15:05:00Z",
];

fn each(check: impl Fn(&Made)) {
    TIMES.map(Made::at).iter().for_each(check);
}

fn measured(step: &Step) -> Option<&Measurements> {
    match &step.what {
        What::Vitals(
            VitalsStep::Record { measurements, .. } | VitalsStep::Correct { measurements, .. },
        ) => Some(measurements),
        _ => None,
    }
}

#[tokio::test]
async fn the_aggregates_accept_every_chart() {
    let made = Made::at(TIMES[0]);
    let id = |number: usize| Uuid::from_u128((0x0193_7b1e_52c4_7d0a << 64) + number as u128);
    let booked = (0..made.visits.len()).map(|visit| (visit, AppointmentId::from_uuid(id(visit))));
    let booked = booked.collect();
    let mut streams = 0;
    for (patient, steps) in made.charts.iter().enumerate() {
        let account = AccountId::from_uuid(id(patient));
        let names = Names {
            patient: PatientId::from_uuid(id(patient)),
            actor: (patient < ACCOUNTS).then_some(Actor::account(account, Role::Patient)),
            doctors: &made.doctors,
            booked: &booked,
        };
        streams += tell(names, steps).await.unwrap().len();
    }
    assert!(streams > 4_000, "{streams}");
}

#[test]
fn the_same_time_gives_the_same_charts() {
    let [one, other] = [Made::at(TIMES[1]), Made::at(TIMES[1])];
    assert_eq!(one.charts, other.charts);
}

#[test]
fn each_patient_has_a_chart_and_some_have_two_hundred_entries() {
    each(|made| {
        let sizes = made.charts.iter().map(|steps| {
            let entries: BTreeSet<_> = steps.iter().map(|step| step.entry).collect();
            entries.len()
        });
        let sizes: Vec<_> = sizes.collect();
        assert_eq!(sizes.len(), patients::COUNT);
        assert!(sizes.iter().all(|size| *size >= 4), "{sizes:?}");
        for diarist in DIARISTS {
            assert!(sizes[diarist] >= 200, "{diarist}: {}", sizes[diarist]);
        }
        let all: usize = sizes.iter().sum();
        assert!((5_000..9_000).contains(&all), "{all}");
    });
}

#[test]
fn every_kind_of_step_occurs() {
    each(|made| {
        let mut kinds = BTreeMap::new();
        for (_, step) in made.steps() {
            let kind = match &step.what {
                What::Note(NoteStep::Sign(..)) => "note",
                What::Note(NoteStep::Add(_)) => "addendum",
                What::Note(NoteStep::MarkInError(_)) => "note in error",
                What::Vitals(VitalsStep::Record { .. }) if step.by == By::Patient => "home vitals",
                What::Vitals(VitalsStep::Record { .. }) => "vitals",
                What::Vitals(VitalsStep::Correct { .. }) => "vitals corrected",
                What::Vitals(VitalsStep::MarkInError(_)) => "vitals in error",
                What::Allergy(AllergyStep::Record(_)) => "allergy",
                What::Allergy(AllergyStep::End(_)) => "allergy ended",
                What::Allergy(AllergyStep::MarkInError(_)) => "allergy in error",
                What::Item(ItemStep::Add(..)) => "item",
                What::Item(ItemStep::Correct(..)) => "item corrected",
                What::Item(ItemStep::End(_)) => "item ended",
                What::Item(ItemStep::MarkInError(_)) => "item in error",
                What::Prescription(PrescriptionStep::Issue(..)) => "prescription",
                What::Prescription(PrescriptionStep::Amend(..)) => "prescription amended",
                What::Prescription(PrescriptionStep::Cancel(_)) => "prescription cancelled",
                What::Prescription(PrescriptionStep::MarkInError(_)) => "prescription in error",
            };
            *kinds.entry(kind).or_insert(0) += 1;
        }
        assert_eq!(kinds.len(), 18, "{kinds:?}");
        assert!(kinds.values().all(|count| *count >= 2), "{kinds:?}");
        assert!(
            kinds["note"] > 500 && kinds["prescription"] > 200,
            "{kinds:?}"
        );
    });
}

#[test]
fn steps_are_in_order_after_the_clinics_opened_and_not_in_the_future() {
    each(|made| {
        for steps in &made.charts {
            assert!(steps.is_sorted_by_key(|step| step.at));
            let mut known = BTreeSet::new();
            for step in steps {
                assert!(step.at > made.now - crate::FOUNDED_AGO, "{step:?}");
                assert!(step.at <= made.now, "{}: {step:?}", made.now);
                let is_new = matches!(
                    step.what,
                    What::Note(NoteStep::Sign(..))
                        | What::Vitals(VitalsStep::Record { .. })
                        | What::Allergy(AllergyStep::Record(_))
                        | What::Item(ItemStep::Add(..))
                        | What::Prescription(PrescriptionStep::Issue(..))
                );
                assert_eq!(known.insert(step.entry), is_new, "{step:?}");
            }
        }
    });
}

#[test]
fn authors_are_doctors_of_the_patients_clinic_and_patients_with_an_account() {
    each(|made| {
        for (patient, step) in made.steps() {
            match step.by {
                By::Doctor(doctor) => {
                    assert!(is_verified(doctor), "{step:?}");
                    assert_eq!(clinic_of(doctor), made.people[patient].home, "{step:?}");
                }
                By::Patient => assert!(patient < ACCOUNTS, "{step:?}"),
            }
        }
    });
}

#[test]
fn each_visit_at_which_a_patient_was_seen_has_its_note_and_no_other_has() {
    each(|made| {
        let seen = made.visits.iter().enumerate();
        let seen = seen.filter(|(_, visit)| visit.fate == Fate::Completed);
        let seen: BTreeSet<_> = seen.map(|(number, _)| number).collect();
        let noted = made.steps().filter_map(|(patient, step)| {
            let What::Note(NoteStep::Sign(occasion, _)) = &step.what else {
                return None;
            };
            let visit = &made.visits[occasion.visit?];
            assert_eq!(visit.patient, patient);
            assert_eq!(step.by, By::Doctor(visit.doctor));
            assert!(visit.settled_at() <= step.at, "{step:?}");
            occasion.visit
        });
        assert_eq!(noted.collect::<BTreeSet<_>>(), seen);
    });
}

#[test]
fn a_diagnosis_fits_the_doctor_and_the_patients_age_and_gender() {
    each(|made| {
        for (patient, step) in made.steps() {
            let (What::Note(NoteStep::Sign(occasion, content)), By::Doctor(doctor)) =
                (&step.what, step.by)
            else {
                continue;
            };
            let condition = content.diagnoses.as_slice()[0].condition.as_str();
            let mut known = scenarios::all();
            let scenario = known
                .find(|scenario| scenario.diagnosis.0 == condition)
                .unwrap();
            let specialisation = specialisation_of(doctor);
            assert!(
                scenario.treated_by.contains(&specialisation),
                "{condition}: {specialisation}"
            );
            let person = &made.people[patient];
            assert!(
                scenario.fits(person, occasion.visited_at),
                "{condition}: {person:?}"
            );
        }
    });
}

#[test]
fn a_body_has_a_plausible_mass() {
    each(|made| {
        for (_, step) in made.steps() {
            let mass = measured(step).and_then(Measurements::body_mass_index);
            let range = Decimal::from(14)..Decimal::from(39);
            assert!(
                mass.is_none_or(|mass| range.contains(&mass)),
                "{mass:?}: {step:?}"
            );
        }
    });
}

#[test]
fn treatment_lowers_the_pressure() {
    let made = Made::at(TIMES[0]);
    let pressures = made.charts[0].iter().filter_map(|step| {
        let at_home = step.by == By::Patient;
        let systolic = measured(step)?.canonical(VitalSign::SystolicPressure)?;
        at_home.then(|| systolic.to_i64().unwrap())
    });
    let pressures: Vec<_> = pressures.collect();
    let sum = |pressures: &[i64]| pressures.iter().sum::<i64>() / 20;
    let (first, last) = (&pressures[..20], &pressures[pressures.len() - 20..]);
    assert!(sum(first) > sum(last) + 15, "{first:?}, {last:?}");
}

#[test]
fn the_tour_finds_its_patient_allergic_to_what_she_does_not_take_yet() {
    each(|made| {
        let steps = &made.charts[0];
        let substances = steps.iter().filter_map(|step| match &step.what {
            What::Allergy(AllergyStep::Record(content)) => Some(content.substance.as_str()),
            _ => None,
        });
        assert_eq!(substances.collect::<Vec<_>>(), ["Penicillin", "Amlodipine"]);
        let drugs = steps.iter().filter_map(|step| match &step.what {
            What::Prescription(PrescriptionStep::Issue(_, lines)) => Some(lines.as_slice()),
            _ => None,
        });
        let mut drugs = drugs.flatten().map(|line| line.drug.as_str()).peekable();
        assert!(drugs.peek().is_some());
        assert!(drugs.all(|drug| drug != "Amlodipine"));
    });
}

#[test]
fn every_specialisation_has_something_to_treat() {
    let people = patients::people();
    let now: DateTime<Utc> = TIMES[0].parse().unwrap();
    for specialisation in doctors::SPECIALISATIONS {
        let treated = |(patient, person)| Scenario::choose(specialisation, patient, person, now);
        let count = people.iter().enumerate().filter_map(treated).count();
        assert!(count >= 10, "{specialisation}: {count}");
    }
    let oldest = now - TimeDelta::days(1);
    assert!(people.iter().enumerate().all(|(patient, person)| {
        doctors::SPECIALISATIONS.into_iter().any(|specialisation| {
            Scenario::choose(specialisation, patient, person, oldest).is_some()
        })
    }));
}
