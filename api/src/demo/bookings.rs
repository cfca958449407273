//! Visits over the next days, in every state that an appointment can be left in.

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use commands::appointments::{AppointmentReply, Booking};
use domain::appointment::{AppointmentStatus, BookingPolicy};
use domain::{PatientId, Reason};

use super::doctors::DemoDoctor;
use super::hours::DAILY;
use super::{Demo, done};

/// Unpaid slots are held for a day, so that there are some to look at; no demo lies further ahead
/// than a few weeks.
const POLICY: BookingPolicy = BookingPolicy {
    hold_minutes: 24 * 60,
    horizon_days: 60,
};

/// What visits are about, one after the other.
const REASONS: [&str; 6] = [
    "A cough that won't go",
    "Follow-up",
    "Blood test results",
    "Back pain since last week",
    "Yearly check-up",
    "A second opinion",
];

/// What becomes of a visit after it was booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It waits for its payment; without a fee it is confirmed.
    Left,
    /// The front desk confirms it without a payment.
    Vouched,
    /// The clinic calls it off.
    CalledOff,
}
use Fate::{CalledOff, Left, Vouched};

/// A visit to be: places in the lists of doctors and patients, and when.
#[derive(Debug, Clone, Copy)]
struct Visit {
    doctor: usize,
    patient: usize,
    /// From so many days on, on the first day on which the doctor is there.
    days_ahead: u64,
    /// Which of that day's slots.
    slot: usize,
    fate: Fate,
}

/// The demo's patient has one of each; the doctors are there in the evening of every day, so that
/// the patient's mornings are free for a tour.
const OF_THE_PATIENT: [Visit; 3] = [
    Visit {
        doctor: DAILY,
        patient: 0,
        days_ahead: 1,
        slot: 2,
        fate: Left,
    },
    Visit {
        doctor: 10,
        patient: 0,
        days_ahead: 2,
        slot: 3,
        fate: Left,
    },
    Visit {
        doctor: 16,
        patient: 0,
        days_ahead: 3,
        slot: 1,
        fate: CalledOff,
    },
];

/// The demo's doctor has a day with several.
const OF_THE_DOCTOR: [Visit; 4] = [
    Visit {
        doctor: 0,
        patient: 1,
        days_ahead: 1,
        slot: 2,
        fate: Vouched,
    },
    Visit {
        doctor: 0,
        patient: 2,
        days_ahead: 1,
        slot: 3,
        fate: Left,
    },
    Visit {
        doctor: 0,
        patient: 3,
        days_ahead: 1,
        slot: 6,
        fate: CalledOff,
    },
    Visit {
        doctor: 0,
        patient: 4,
        days_ahead: 1,
        slot: 8,
        fate: Vouched,
    },
];

/// Books them all. Each patient but the first has one visit, so nobody is expected twice at a time.
pub(super) async fn book(
    demo: &Demo<'_>,
    doctors: &[DemoDoctor],
    patients: &[PatientId],
) -> anyhow::Result<()> {
    for (number, visit) in visits(patients.len()).enumerate() {
        let doctor = &doctors[visit.doctor];
        let booking = Booking {
            clinic: doctor.clinic.clinic,
            doctor: doctor.doctor,
            patient: patients[visit.patient],
            start: start(doctor, visit, demo.app.clock.now())?,
            reason: Some(Reason::parse(REASONS[number % REASONS.len()])?),
            follows: None,
            override_reason: None,
        };
        book_one(demo, booking, visit.fate).await?;
    }
    Ok(())
}

/// Every visit, where there are so many patients.
fn visits(patients: usize) -> impl Iterator<Item = Visit> {
    let others = (5..patients).map(other);
    OF_THE_PATIENT
        .into_iter()
        .chain(OF_THE_DOCTOR)
        .chain(others)
}

/// A visit of any other patient, with every third doctor.
fn other(patient: usize) -> Visit {
    let turn = patient - 4;
    Visit {
        doctor: 3 * turn,
        patient,
        days_ahead: 1 + turn as u64 % 6,
        slot: turn % 4,
        fate: [Left, Vouched, CalledOff][turn % 3],
    }
}

async fn book_one(demo: &Demo<'_>, booking: Booking, fate: Fate) -> anyhow::Result<()> {
    let (commands, admin, context) = (&demo.app.commands, &demo.admin, demo.context());
    let booked = commands
        .book_appointment(admin, booking, POLICY, &context)
        .await;
    let AppointmentReply {
        appointment,
        status,
        ..
    } = done(booked)?;
    match fate {
        Vouched if status == AppointmentStatus::Booked => {
            let reason = Reason::parse("Pays in cash at the desk")?;
            let vouched = commands
                .confirm_by_override((admin, appointment), reason, None, &demo.context())
                .await;
            done(vouched).map(|_| ())
        }
        CalledOff => {
            let reason = Some(Reason::parse("The doctor is away that day")?);
            let called_off = commands
                .cancel_appointment((admin, appointment), reason, None, &demo.context())
                .await;
            done(called_off).map(|_| ())
        }
        Left | Vouched => Ok(()),
    }
}

/// When a visit begins, counted from today on the clinic's calendar.
fn start(doctor: &DemoDoctor, visit: Visit, now: DateTime<Utc>) -> anyhow::Result<DateTime<Utc>> {
    let today = now.with_timezone(&doctor.clinic.zone.tz()).date_naive();
    let timetable = doctor.timetable();
    today
        .iter_days()
        .skip(usize::try_from(visit.days_ahead)?)
        .take(14)
        .map(|date| timetable.slots_on(date))
        .find(|slots| !slots.is_empty())
        .and_then(|slots| slots.get(visit.slot).map(domain::Slot::start))
        .context("looking for a slot for a demo visit")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::TimeDelta;

    use super::super::doctors;
    use super::super::people;
    use super::*;

    #[test]
    fn every_visit_finds_a_slot_on_whatever_day_the_demo_is_made() {
        let week = (0..7).map(|day| DateTime::UNIX_EPOCH + TimeDelta::days(day));
        for now in week {
            for visit in visits(people::COUNT) {
                let doctor = doctors::tests::doctor(visit.doctor);
                assert!(doctors::is_verified(visit.doctor), "{visit:?}");
                assert!(start(&doctor, visit, now).is_ok(), "{visit:?}");
            }
        }
    }

    #[test]
    fn nobody_is_booked_twice_at_a_time() {
        let slots: Vec<_> = visits(people::COUNT)
            .map(|visit| (visit.doctor, visit.days_ahead, visit.slot))
            .collect();
        let different: BTreeSet<_> = slots.iter().collect();
        assert_eq!(different.len(), slots.len());
        let patients = visits(people::COUNT).map(|visit| (visit.patient, visit.days_ahead));
        let different: BTreeSet<_> = patients.collect();
        assert_eq!(different.len(), slots.len());
    }
}
