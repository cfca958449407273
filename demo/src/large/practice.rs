//! A practice: some doctors of a clinic, and patients who go to no other. It is made as a whole, so
//! that memory is needed for one at a time and no person is in two places at once.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::appointment::{
    Appointment, AppointmentCommand, AppointmentStatus, BookAppointment, BookingPolicy,
    CancelAppointment, CancelledBy, CompleteVisit, ConfirmByOverride, EmergencyPolicy, ExpireHold,
    MarkArrived, MarkNoShow, RescheduleAppointment, StartVisit,
};
use domain::{Actor, AppointmentId, Holidays, Reason};
use event_store::{EventStore, History};
use uuid::Uuid;

use super::clinics::OpenedClinic;
use super::people::{Colleague, Joining};
use super::seed::{Kind, Seed};
use super::size::Share;
use super::staff::Staff;
use super::visits::{Visit, draw};
use crate::plan::{HOLD_MINUTES, Step};
use crate::progress::Progress;
use crate::tale::{Act, Tale, land};
use crate::visits::VOUCHED;

/// Visits that are told and brought in at a time; each takes some ten kilobytes meanwhile.
const AT_A_TIME: usize = 1_000;
/// Visits are numbered from a multiple of this on, in each practice.
const NUMBERS: u64 = 1 << 24;
/// Further than any visit is booked ahead.
const POLICY: BookingPolicy = BookingPolicy {
    hold_minutes: HOLD_MINUTES,
    horizon_days: 180,
    max_holds: 10,
    max_daily_bookings: 20,
    emergencies: EmergencyPolicy::USUAL,
};

/// Reasons for visits, one after the other.
const REASONS: [&str; 8] = [
    "A cough that won't go",
    "Blood test results",
    "Back pain since last week",
    "Yearly check-up",
    "A second opinion",
    "Headaches in the morning",
    "A rash on both arms",
    "Trouble sleeping",
];

/// A practice to be made.
pub(super) struct Practice {
    pub(super) store: EventStore,
    pub(super) seed: Seed,
    pub(super) number: usize,
    pub(super) share: Share,
    pub(super) clinic: OpenedClinic,
    /// The time at which everyone joined.
    pub(super) founded: DateTime<Utc>,
    /// The time that divides past and future visits.
    pub(super) now: DateTime<Utc>,
}

impl Practice {
    /// Returns whether all of it is in the log: its last visit is.
    pub(super) async fn is_there(&self) -> anyhow::Result<bool> {
        let Some(last) = self.share.visits().checked_sub(1) else {
            return Ok(false);
        };
        let last = self.visit_id(last).to_string();
        Ok(self
            .store
            .stream_started_at("appointment", &last)
            .await?
            .is_some())
    }

    /// Makes what is missing. Answers how many histories gave way to what others hold by now.
    pub(super) async fn make(self, progress: Arc<Progress>) -> anyhow::Result<usize> {
        let (staff, histories) = self.people().await?;
        let mut gave_way = self.land(histories).await?;
        let chance = self.seed.chance(self.number);
        let visits = draw(&staff, self.share.past, self.share.ahead, self.now, chance)?;
        let numbered: Vec<_> = visits.iter().enumerate().collect();
        for some in numbered.chunks(AT_A_TIME) {
            let mut histories = Vec::with_capacity(some.len());
            for (number, visit) in some {
                histories.push(self.tell(&staff, *number, visit).await?);
            }
            gave_way += self.land(histories).await?;
            progress.more(some.len());
        }
        Ok(gave_way)
    }

    async fn people(&self) -> anyhow::Result<(Staff, Vec<History>)> {
        let joining = Joining {
            seed: self.seed,
            clinic: &self.clinic,
            at: self.founded,
        };
        let mut histories = Vec::new();
        let mut staff = Staff {
            clinic: self.clinic,
            doctors: Vec::new(),
            patients: Vec::new(),
        };
        for number in self.share.doctors.clone() {
            let (doctor, told) = joining.doctor(number).await?;
            staff.doctors.push(doctor);
            histories.extend(told);
        }
        for number in self.share.patients.clone() {
            let (patient, told) = joining.patient(number).await?;
            staff.patients.push(patient);
            histories.extend(told);
        }
        Ok((staff, histories))
    }

    async fn land(&self, histories: Vec<History>) -> anyhow::Result<usize> {
        land(&self.store, histories).await
    }

    fn visit_id(&self, number: usize) -> Uuid {
        let number = self.number as u64 * NUMBERS + number as u64;
        self.seed.id(Kind::Visit, number)
    }

    /// All that happened to one visit.
    async fn tell(&self, staff: &Staff, number: usize, visit: &Visit) -> anyhow::Result<History> {
        let doctor = &staff.doctors[visit.doctor];
        let patient = &staff.patients[visit.patient];
        let id = self.visit_id(number);
        let telling = Telling {
            number,
            visit,
            doctor,
            desk: self.clinic.desk(),
            clinic: &self.clinic,
        };
        let by = patient.actor().unwrap_or(telling.desk);
        let book = BookAppointment {
            appointment: AppointmentId::from_uuid(id),
            clinic: self.clinic.facts,
            holidays: Holidays::default(),
            doctor: doctor.facts.clone(),
            patient: patient.patient,
            start: visit.before.unwrap_or(visit.slot).start(),
            reason: Some(Reason::parse(REASONS[number % REASONS.len()])?),
            follows: None,
            hold_number: None,
            daily_number: None,
            override_reason: None,
            policy: POLICY,
            by,
            at: visit.booked_at,
        };
        let act = telling.act(by, visit.booked_at);
        let tale = Tale::<Appointment>::new(id);
        let mut tale = tale.then(act, AppointmentCommand::Book(book)).await?;
        for (step, at) in &visit.steps {
            // Where there is no fee, it is confirmed already.
            let settled = tale.state().status() == Some(AppointmentStatus::Confirmed);
            if *step == Step::Confirm && settled {
                continue;
            }
            let (act, command) = telling.step(*step, *at)?;
            tale = tale.then(act, command).await?;
        }
        if visit.before.is_some() {
            let (act, command) = telling.moved();
            tale = tale.then(act, command).await?;
        }
        Ok(tale.told())
    }
}

/// One visit, and who takes its steps.
struct Telling<'a> {
    number: usize,
    visit: &'a Visit,
    doctor: &'a Colleague,
    desk: Actor,
    clinic: &'a OpenedClinic,
}

impl Telling<'_> {
    fn act(&self, by: Actor, at: DateTime<Utc>) -> Act {
        let clinic = Some(self.clinic.facts.clinic);
        Act { by, at, clinic }
    }

    /// The doctor begins and ends a visit, the front desk does the rest.
    fn step(&self, step: Step, at: DateTime<Utc>) -> anyhow::Result<(Act, AppointmentCommand)> {
        let by = match step {
            Step::Start | Step::Complete => self.doctor.actor(),
            Step::Expire => Actor::System,
            Step::Confirm | Step::Cancel | Step::Arrive | Step::NoShow => self.desk,
        };
        let reason = None;
        let command = match step {
            Step::Confirm => {
                let reason = Reason::parse(VOUCHED[self.number % VOUCHED.len()])?;
                AppointmentCommand::ConfirmByOverride(ConfirmByOverride { reason, by, at })
            }
            Step::Cancel => {
                let cancelled_by = CancelledBy::Patient;
                AppointmentCommand::Cancel(CancelAppointment {
                    cancelled_by,
                    reason,
                    by,
                    at,
                })
            }
            Step::Expire => AppointmentCommand::ExpireHold(ExpireHold { at }),
            Step::Arrive => {
                let zone = self.clinic.facts.zone;
                AppointmentCommand::Arrive(MarkArrived { zone, by, at })
            }
            Step::Start => AppointmentCommand::Start(StartVisit { reason, by, at }),
            Step::Complete => AppointmentCommand::Complete(CompleteVisit { reason, by, at }),
            Step::NoShow => AppointmentCommand::MarkNoShow(MarkNoShow { reason, by, at }),
        };
        Ok((self.act(by, at), command))
    }

    /// The front desk moves it to where it is now, once it was confirmed.
    fn moved(&self) -> (Act, AppointmentCommand) {
        let settled = self.visit.steps.last().map(|(_, at)| *at);
        let (by, at) = (self.desk, settled.unwrap_or(self.visit.booked_at));
        let command = AppointmentCommand::Reschedule(RescheduleAppointment {
            clinic: self.clinic.facts.clinic,
            holidays: Holidays::default(),
            doctor: self.doctor.facts.clone(),
            start: self.visit.slot.start(),
            reason: None,
            override_reason: None,
            on_behalf_of: CancelledBy::Patient,
            policy: POLICY,
            by,
            at,
        });
        (self.act(by, at), command)
    }
}
