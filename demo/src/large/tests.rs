//! Properties of every practice, whatever the random numbers are.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{Holidays, Slot};

use super::clinics;
use super::people::Joining;
use super::seed::Seed;
use super::size::Numbers;
use super::staff::Staff;
use super::visits::{Visit, draw};

const NUMBERS: Numbers = Numbers {
    patients: 120,
    doctors: 4,
    past: 900,
    ahead: 900,
};

fn now() -> DateTime<Utc> {
    "2026-11-26T09:40:00Z".parse().unwrap()
}

async fn staff(seed: Seed) -> Staff {
    let at = now() - super::FOUNDED_AGO;
    let (clinic, _) = clinics::open(seed, 0, at).await.unwrap();
    let clinic_of = &clinic;
    let joining = Joining {
        seed,
        clinic: clinic_of,
        at,
    };
    let (mut doctors, mut patients) = (Vec::new(), Vec::new());
    for number in 0..NUMBERS.doctors {
        doctors.push(joining.doctor(number).await.unwrap().0);
    }
    for number in 0..NUMBERS.patients {
        patients.push(joining.patient(number).await.unwrap().0);
    }
    Staff {
        clinic,
        doctors,
        patients,
    }
}

async fn drawn() -> (Staff, Vec<Visit>) {
    let seed = Seed::new(NUMBERS);
    let staff = staff(seed).await;
    let visits = draw(&staff, NUMBERS.past, NUMBERS.ahead, now(), seed.chance(0)).unwrap();
    (staff, visits)
}

/// Returns whether a person is in two places at once.
fn overlaps(visits: &[Visit], whose: impl Fn(&Visit) -> usize) -> bool {
    let mut times: BTreeMap<usize, Vec<Slot>> = BTreeMap::new();
    for visit in visits {
        times.entry(whose(visit)).or_default().push(visit.slot);
    }
    times.into_values().any(|mut slots| {
        slots.sort();
        slots.windows(2).any(|pair| pair[0].overlaps(&pair[1]))
    })
}

#[tokio::test]
async fn no_person_is_in_two_places_at_once_and_doctors_are_there() {
    let (staff, visits) = drawn().await;
    assert_eq!(visits.len(), NUMBERS.past + NUMBERS.ahead);
    assert!(!overlaps(&visits, |visit| visit.doctor));
    assert!(!overlaps(&visits, |visit| visit.patient));
    for visit in &visits {
        let terms = staff.doctors[visit.doctor].facts.affiliation.as_ref();
        let timetable = terms.unwrap().timetable(Holidays::NONE);
        assert_eq!(timetable.check_slot(visit.slot.start()), Ok(visit.slot));
    }
}

#[tokio::test]
async fn what_is_past_is_past_and_what_is_ahead_is_ahead() {
    let (_, visits) = drawn().await;
    let (past, ahead) = visits.split_at(NUMBERS.past);
    assert!(past.iter().all(|visit| visit.slot.end() < now()));
    assert!(ahead.iter().all(|visit| visit.slot.start() > now()));
    for visit in &visits {
        assert!(visit.booked_at > now() - super::FOUNDED_AGO);
        let mut times = vec![visit.booked_at];
        times.extend(visit.steps.iter().map(|(_, at)| *at));
        assert!(times.is_sorted() && times.iter().all(|at| *at <= now()));
    }
    assert!(ahead.iter().any(|visit| visit.before.is_some()));
    // More of it is soon than late.
    let month = now() + TimeDelta::days(30);
    let soon = ahead.iter().filter(|visit| visit.slot.start() < month);
    assert!(soon.count() * 2 > ahead.len());
}

#[tokio::test]
async fn the_same_size_has_the_same_visits() {
    assert_eq!(drawn().await.1, drawn().await.1);
}
