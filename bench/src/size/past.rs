//! Visits that took place, imported with their claims. No other file of this bench knows the domain's commands.

use ::tests::world::{Terms, World, every_day};
use adapters::system::SystemIds;
use anyhow::{Context as _, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use commands::ports::IdSource as _;
use cqrs_es::Aggregate;
use domain::appointment::{
    Appointment, AppointmentCommand, BookAppointment, BookingPolicy, CompleteVisit,
    ConfirmByOverride, MarkArrived, StartVisit,
};
use domain::clinic::ClinicFacts;
use domain::{
    Actor, Affiliation, AppointmentId, Currency, DatedHours, DoctorFacts, DoctorId, Holidays,
    Money, PatientId, Reason, SlotLength,
};
use event_store::{EventStore, History, HistoryBuilder, ImportOutcome, Metadata};
use futures::{StreamExt as _, TryStreamExt as _};
use sqlx::PgPool;

/// Minutes per slot.
pub const SLOT: u16 = 10;
/// Slots per doctor and day: midnight to 23:00.
pub const SLOTS_PER_DAY: usize = 23 * 60 / SLOT as usize;

const DOCTORS: usize = 50;
const PATIENTS: usize = 2_000;
/// One visit in so many is the first doctor's.
const SHARE_OF_THE_FIRST: usize = 5;
/// Visits that every practice has, of a doctor and of patients whom no call is about: a rebuild's first batch of
/// events is then of the same kind and size at each.
const UNRELATED: usize = 120;
/// Visits in one import, and imports at a time.
const TOGETHER: usize = 1_000;
const AT_ONCE: usize = 2;

/// A clinic with its doctors and patients. The first doctor has the most visits.
pub struct Practice {
    store: EventStore,
    pub clinic: ClinicFacts,
    pub doctors: Vec<DoctorId>,
    pub patients: Vec<PatientId>,
    unrelated_doctor: DoctorId,
    affiliation: Affiliation,
    /// Midnight before the bench began.
    pub today: DateTime<Utc>,
}

/// One past visit, by doctor and by slot, counted back from yesterday.
#[derive(Clone, Copy)]
struct Place {
    doctor: usize,
    slot: usize,
}

/// The two whom a past visit is of, and its slot.
struct Visit {
    doctor: DoctorId,
    patient: PatientId,
    slot: usize,
}

impl Practice {
    /// A practice without visits.
    pub async fn new(pool: &PgPool, now: DateTime<Utc>) -> anyhow::Result<Self> {
        let world = World::new(pool.clone(), now).await?;
        let clinic = world.clinic("UTC", Currency::Inr).await?;
        let terms = Terms {
            slot_minutes: SLOT,
            hours: (0, 23),
            ..Terms::default()
        };
        let mut doctors = Vec::new();
        for _ in 0..DOCTORS {
            doctors.push(world.doctor(clinic, terms).await?);
        }
        let patient = || PatientId::from_uuid(SystemIds.id());
        Ok(Self {
            store: world.store().clone(),
            clinic,
            doctors,
            unrelated_doctor: world.doctor(clinic, terms).await?,
            patients: std::iter::repeat_with(patient).take(PATIENTS).collect(),
            affiliation: Affiliation {
                fee: Money::new(terms.fee, clinic.currency)?,
                slot_length: SlotLength::new(SLOT)?,
                zone: clinic.zone,
                hours: every_day(terms.hours.0, terms.hours.1)?,
                dated_hours: DatedHours::default(),
            },
            today: now.date_naive().and_time(chrono::NaiveTime::MIN).and_utc(),
        })
    }

    /// The log that it is in.
    pub fn store(&self) -> &EventStore {
        &self.store
    }

    /// Imports so many visits of its doctors and patients, after those that every practice has.
    pub async fn import(&self, visits: usize) -> anyhow::Result<()> {
        let unrelated = (0..UNRELATED).map(|slot| Visit {
            doctor: self.unrelated_doctor,
            patient: PatientId::from_uuid(SystemIds.id()),
            slot,
        });
        self.import_some(unrelated).await?;
        let places = places(visits);
        futures::stream::iter(places.chunks(TOGETHER))
            .map(|places| self.import_some(places.iter().map(|place| self.visit(*place))))
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await
    }

    fn visit(&self, place: Place) -> Visit {
        Visit {
            doctor: self.doctors[place.doctor],
            patient: self.patients[(place.slot * DOCTORS + place.doctor) % PATIENTS],
            slot: place.slot,
        }
    }

    async fn import_some(&self, visits: impl Iterator<Item = Visit>) -> anyhow::Result<()> {
        let mut histories = Vec::new();
        for visit in visits {
            histories.push(self.history(&visit).await?);
        }
        for outcome in self.store.import(&histories).await? {
            ensure!(
                matches!(outcome, ImportOutcome::Imported),
                "a past visit was not imported: {outcome:?}"
            );
        }
        Ok(())
    }

    /// A visit from its booking to its end.
    async fn history(&self, visit: &Visit) -> anyhow::Result<History> {
        let appointment = AppointmentId::from_uuid(SystemIds.id());
        let day = i64::try_from(1 + visit.slot / SLOTS_PER_DAY)?;
        let minutes = i64::try_from(visit.slot % SLOTS_PER_DAY)? * i64::from(SLOT);
        let start = self.today - TimeDelta::days(day) + TimeDelta::minutes(minutes);
        let booked_at = start - TimeDelta::days(2);
        let by = Actor::System;
        let noted = Some(Reason::parse("Noted at the desk")?);
        let commands = [
            AppointmentCommand::Book(BookAppointment {
                appointment,
                clinic: self.clinic,
                holidays: Holidays::default(),
                doctor: DoctorFacts {
                    doctor: visit.doctor,
                    verified: true,
                    suspended: false,
                    affiliation: Some(self.affiliation.clone()),
                },
                patient: visit.patient,
                start,
                reason: Some(Reason::parse("A cough that has lasted for two weeks")?),
                follows: None,
                hold_number: None,
                daily_number: None,
                override_reason: None,
                policy: BookingPolicy::default(),
                by,
                at: booked_at,
            }),
            AppointmentCommand::ConfirmByOverride(ConfirmByOverride {
                reason: Reason::parse("Paid at the desk")?,
                by,
                at: booked_at + TimeDelta::minutes(5),
            }),
            AppointmentCommand::Arrive(MarkArrived {
                zone: self.clinic.zone,
                by,
                at: start,
            }),
            AppointmentCommand::Start(StartVisit {
                reason: noted.clone(),
                by,
                at: start,
            }),
            AppointmentCommand::Complete(CompleteVisit {
                reason: noted,
                by,
                at: start + TimeDelta::minutes(8),
            }),
        ];
        let mut builder = HistoryBuilder::<Appointment>::new(appointment.to_string());
        for command in commands {
            let decided = builder.then(command, metadata()).await?;
            builder = decided.with_context(|| format!("a past {}", Appointment::TYPE))?;
        }
        Ok(builder.into_history())
    }
}

/// Places of so many visits: a share of them the first doctor's, the rest evenly the others'. In the order of
/// slots, and no two at a time of one patient, as there are more patients than doctors.
fn places(visits: usize) -> Vec<Place> {
    let first = visits / SHARE_OF_THE_FIRST;
    let others = (visits - first) / (DOCTORS - 1);
    let mut places = Vec::with_capacity(visits);
    for slot in 0..first.max(others) {
        if slot < first {
            places.push(Place { doctor: 0, slot });
        }
        if slot < others {
            places.extend((1..DOCTORS).map(|doctor| Place { doctor, slot }));
        }
    }
    places
}

/// Metadata of a command, with every field that one over HTTP has.
fn metadata() -> Metadata {
    let id = SystemIds.id();
    Metadata {
        actor: SystemIds.id().to_string(),
        role: "RECEPTIONIST".to_owned(),
        clinic: Some(SystemIds.id().to_string()),
        correlation_id: id,
        causation_id: id,
        request_id: Some(id),
        command_id: id,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_patient_is_in_one_place_at_a_time_and_the_first_doctor_has_a_fifth() {
        let places = places(10_000);
        let patient = |place: &Place| (place.slot * DOCTORS + place.doctor) % PATIENTS;
        let busy: HashSet<_> = places.iter().map(|p| (p.slot, patient(p))).collect();
        let of_doctors: HashSet<_> = places.iter().map(|p| (p.slot, p.doctor)).collect();
        assert_eq!((busy.len(), of_doctors.len()), (places.len(), places.len()));
        assert!((9_900..=10_000).contains(&places.len()));
        let first = places.iter().filter(|place| place.doctor == 0);
        assert_eq!(first.count(), 2_000);
    }
}
