//! Properties of every plan, at any hour at which the demo is made.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{doctors, patients};
use super::*;

/// Every third hour of a week, and of the days on which London's clocks change.
fn hours() -> impl Iterator<Item = DateTime<Utc>> {
    let days = ["2026-11-23", "2026-03-28", "2026-10-24"]
        .into_iter()
        .zip([7, 3, 3]);
    days.flat_map(|(first, days)| {
        let first: DateTime<Utc> = format!("{first}T00:07:00Z").parse().unwrap();
        (0..8 * days).map(move |turn| first + TimeDelta::hours(3 * turn))
    })
}

/// Doctors, the plan, and when it was made.
fn each(check: impl Fn(&[DemoDoctor], &[Visit], DateTime<Utc>)) {
    let doctors = doctors::tests::all();
    let people = patients::people();
    for now in hours() {
        check(&doctors, &plan(&doctors, &people, now), now);
    }
}

fn local(doctor: &DemoDoctor, at: DateTime<Utc>) -> chrono::NaiveDateTime {
    at.with_timezone(&doctor.clinic.zone.tz()).naive_local()
}

#[test]
fn there_are_visits_of_every_fate() {
    each(|_, plan, now| {
        let mut fates = BTreeMap::new();
        for visit in plan {
            *fates.entry(visit.fate).or_insert(0) += 1;
        }
        let least = fates.values().min().copied().unwrap_or_default();
        assert!(fates.len() == 8 && least >= 3, "{now}: {fates:?}");
        assert!(plan.len() > 500, "{now}: {}", plan.len());
    });
}

#[test]
fn they_reach_thirty_days_back_and_thirty_ahead() {
    each(|_, plan, now| {
        let days = plan
            .iter()
            .map(|visit| (visit.slot.start() - now).num_days());
        let days: BTreeSet<_> = days.collect();
        assert!(
            days.first() <= Some(&-28) && days.first() >= Some(&-31),
            "{days:?}"
        );
        assert!(
            days.last() >= Some(&28) && days.last() <= Some(&31),
            "{days:?}"
        );
    });
}

#[test]
fn no_person_is_in_two_places_at_once() {
    each(|_, plan, now| {
        for key in [|visit: &Visit| visit.doctor, |visit: &Visit| visit.patient] {
            let mut by_person: BTreeMap<usize, Vec<Slot>> = BTreeMap::new();
            for visit in plan {
                by_person.entry(key(visit)).or_default().push(visit.slot);
            }
            for slots in by_person.values_mut() {
                slots.sort_by_key(Slot::start);
                let apart = slots
                    .windows(2)
                    .all(|pair| pair[0].end() <= pair[1].start());
                assert!(apart, "{now}: {slots:?}");
            }
        }
    });
}

#[test]
fn visits_are_when_the_doctor_is_there_and_at_the_patients_clinic() {
    let people = patients::people();
    each(|doctors, plan, now| {
        for visit in plan {
            let doctor = &doctors[visit.doctor];
            assert!(is_verified(visit.doctor), "{visit:?}");
            assert_eq!(
                doctor.timetable().check_slot(visit.slot.start()),
                Ok(visit.slot)
            );
            let person = &people[visit.patient];
            assert_eq!(person.home, doctors::clinic_of(visit.doctor));
            let specialisation = doctors::specialisation_of(visit.doctor);
            let scenario = Scenario::choose(specialisation, visit.patient, person, now);
            assert!(scenario.is_some(), "{now}: {visit:?}");
        }
    });
}

#[test]
fn everything_was_done_in_order_and_nothing_in_the_future() {
    each(|_, plan, now| {
        for visit in plan {
            let times =
                std::iter::once(visit.booked_at).chain(visit.steps.iter().map(|(_, at)| *at));
            let times: Vec<_> = times.collect();
            assert!(times.is_sorted(), "{now}: {visit:?}");
            assert!(times.last() <= Some(&now), "{now}: {visit:?}");
            assert!(visit.booked_at < visit.slot.start(), "{now}: {visit:?}");
            assert!(
                visit.booked_at > now - super::super::FOUNDED_AGO,
                "{now}: {visit:?}"
            );
        }
    });
}

#[test]
fn steps_are_taken_when_they_may_be() {
    each(|doctors, plan, now| {
        for visit in plan {
            let (start, end) = (visit.slot.start(), visit.slot.end());
            for (step, at) in &visit.steps {
                let doctor = &doctors[visit.doctor];
                let right = match step {
                    Step::Confirm => {
                        *at < visit.booked_at + TimeDelta::minutes(i64::from(HOLD_MINUTES))
                    }
                    Step::Cancel => *at < start,
                    Step::Expire => doctor.asks_a_fee(),
                    Step::Arrive | Step::Start => {
                        local(doctor, *at).date() == local(doctor, start).date()
                    }
                    Step::Complete => *at > end,
                    Step::NoShow => *at > start,
                };
                assert!(right, "{now}: {step:?} of {visit:?}");
            }
        }
    });
}

#[test]
fn a_follow_up_is_booked_when_the_same_patient_was_seen() {
    each(|_, plan, now| {
        let mut follow_ups = 0;
        for (number, visit) in plan.iter().enumerate() {
            let Some(follows) = visit.follows else {
                continue;
            };
            follow_ups += 1;
            let first = &plan[follows];
            assert!(
                follows < number && first.fate == Fate::Completed,
                "{now}: {visit:?}"
            );
            assert_eq!((first.patient, first.doctor), (visit.patient, visit.doctor));
            assert!(first.settled_at() < visit.booked_at, "{now}: {visit:?}");
        }
        assert!(follow_ups >= 40, "{now}: {follow_ups}");
    });
}

#[test]
fn the_tour_finds_its_doctor_and_its_patients_free_in_the_morning() {
    each(|doctors, plan, now| {
        let today = local(&doctors[DOCTOR], now).date();
        let ahead = plan
            .iter()
            .filter(|visit| local(&doctors[visit.doctor], visit.slot.start()).date() > today);
        for visit in ahead {
            let start = local(&doctors[visit.doctor], visit.slot.start());
            if visit.doctor == DOCTOR {
                let first = doctors[DOCTOR].timetable().slots_on(start.date())[0];
                assert!(visit.slot != first, "{now}: {visit:?}");
            }
            if visit.patient == 0 {
                assert!(
                    start.time() >= "15:00:00".parse().unwrap(),
                    "{now}: {visit:?}"
                );
            }
        }
    });
}
