//! Visits that were booked for emergencies, at the one clinic that takes them. Their bills are open.

use anyhow::Context as _;
use chrono::{DateTime, Days, Utc};
use commands::appointments::{Emergency, FreeSlot};
use commands::{Caller, Target};
use domain::appointment::BookingPolicy;
use domain::clinic::BookingSettings;
use domain::{ClinicFacts, Reason};

use super::doctors::DemoDoctor;
use super::patients::DemoPatient;
use super::{Demo, done};

/// The clinic's place in the list.
const CLINIC: usize = 0;
/// Doctors of that clinic who ask a fee, by their place in the list.
const DOCTORS: [usize; 3] = [1, 2, 5];
/// Patients without an account, by their place from the end of the list, and what they have.
const PATIENTS: [&str; 3] = [
    "Chest pain",
    "A cut that won't stop bleeding",
    "A high fever",
];
/// Days from today on in which a slot is looked for.
const DAYS: u64 = 7;

/// Lets the clinic take bookings for emergencies, and its front desk book some.
pub(super) async fn book(
    demo: &Demo<'_>,
    clinics: &[ClinicFacts],
    desks: &[Caller],
    doctors: &[DemoDoctor],
    patients: &[DemoPatient],
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let clinic = clinics.get(CLINIC).context("looking for a clinic")?;
    let desk = desks.get(CLINIC).context("looking for a front desk")?;
    let settings = BookingSettings::default().with_emergencies(Some(true));
    let commands = &demo.target.commands;
    let target = Target::latest(clinic.clinic);
    let set = commands
        .set_booking_settings(target, settings, &demo.context())
        .await;
    done(set)?;
    let turns = DOCTORS.iter().zip(patients.iter().rev()).zip(PATIENTS);
    for ((doctor, patient), reason) in turns {
        let doctor = doctors.get(*doctor).context("looking for a doctor")?;
        let emergency = Emergency {
            clinic: clinic.clinic,
            patient: patient.patient,
            reason: Some(Reason::parse(reason)?),
        };
        let slots = slots(doctor, now);
        let free_slots = async |_: BookingPolicy| Ok(slots.clone());
        let context = demo.context_of(desk, now);
        let policy = BookingPolicy::default();
        let booked = commands
            .book_for_emergency(desk, &emergency, free_slots, policy, &context)
            .await;
        done(booked)?;
    }
    Ok(())
}

/// The doctor's slots of the next days. Those that are taken are refused, and the next one is tried.
fn slots(doctor: &DemoDoctor, now: DateTime<Utc>) -> Vec<FreeSlot> {
    let today = doctor.clinic.zone.date_at(now);
    let slots = doctor
        .timetable()
        .slots_between(today, today + Days::new(DAYS));
    let ahead = slots.into_iter().filter(|slot| slot.start() > now);
    ahead
        .map(|slot| FreeSlot {
            doctor: doctor.doctor,
            slot,
        })
        .collect()
}
