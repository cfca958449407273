//! What the tables of the day sheet hold, a row for each aggregate, and how its events change it.

use chrono::{DateTime, Utc};
use domain::appointment::{
    AppointmentBooked, AppointmentEvent, AppointmentRescheduled, AppointmentStatus,
};
use domain::clinic::ClinicEvent;
use domain::patient::PatientEvent;
use domain::{
    AppointmentId, ClinicId, ClinicZone, DoctorId, PatientId, PersonName, Phi, Reason, Slot,
    SubjectId,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::fold::Fold;
use crate::sealed::Personal;

pub(super) const VISITS: &str = "day_sheet";
pub(super) const PATIENTS: &str = "day_sheet_patients";

/// A row of `day_sheet`.
pub(super) struct StoredVisit {
    pub(super) appointment: AppointmentId,
    pub(super) doctor: DoctorId,
    pub(super) clinic: ClinicId,
    pub(super) patient: PatientId,
    pub(super) slot: Slot,
    pub(super) status: AppointmentStatus,
    pub(super) hold_until: DateTime<Utc>,
    pub(super) subject: SubjectId,
    pub(super) phi: Phi<VisitPhi>,
    pub(super) version: i64,
}

/// What a visit is about.
#[derive(Serialize, Deserialize)]
pub(super) struct VisitPhi {
    pub(super) reason: Option<Reason>,
}

/// A row of `day_sheet_patients`. Patients do not change their names yet.
pub(super) struct StoredPatient {
    pub(super) patient: PatientId,
    pub(super) subject: SubjectId,
    pub(super) phi: Phi<PatientPhi>,
    pub(super) version: i64,
}

/// What a patient is called.
#[derive(Serialize, Deserialize)]
pub(super) struct PatientPhi {
    pub(super) name: PersonName,
}

/// A row of `day_sheet_clinics`. The zone of a clinic never changes.
pub(super) struct StoredClinic {
    pub(super) clinic: ClinicId,
    pub(super) zone: ClinicZone,
    pub(super) version: i64,
}

impl Fold for StoredVisit {
    type Event = AppointmentEvent;

    fn aggregate(&self) -> Uuid {
        self.appointment.as_uuid()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn evolve(known: Option<Self>, event: AppointmentEvent, version: i64) -> Option<Self> {
        let visit = match event {
            AppointmentEvent::Booked(booked) => Self::booked(booked),
            AppointmentEvent::Rescheduled(moved) => known?.moved(&moved),
            AppointmentEvent::Confirmed(_) | AppointmentEvent::Reinstated(_) => {
                known?.now(AppointmentStatus::Confirmed)
            }
            AppointmentEvent::FeePaid(_) => known?,
            AppointmentEvent::Cancelled(_) => known?.now(AppointmentStatus::Cancelled),
            AppointmentEvent::HoldExpired(_) => known?.now(AppointmentStatus::Expired),
            AppointmentEvent::Arrived(_) => known?.now(AppointmentStatus::Arrived),
            AppointmentEvent::Started(_) => known?.now(AppointmentStatus::InProgress),
            AppointmentEvent::Completed(_) => known?.now(AppointmentStatus::Completed),
            AppointmentEvent::NoShow(_) => known?.now(AppointmentStatus::NoShow),
        };
        Some(Self { version, ..visit })
    }
}

impl StoredVisit {
    fn booked(booked: AppointmentBooked) -> Self {
        Self {
            appointment: booked.visit.appointment,
            doctor: booked.visit.doctor,
            clinic: booked.visit.clinic,
            patient: booked.visit.patient,
            slot: booked.visit.slot,
            status: AppointmentStatus::Booked,
            hold_until: booked.hold_until,
            subject: booked.subject,
            phi: booked.phi.map(|phi| VisitPhi { reason: phi.reason }),
            version: 1,
        }
    }

    fn moved(self, moved: &AppointmentRescheduled) -> Self {
        Self {
            slot: moved.visit.slot,
            hold_until: moved.hold_until.unwrap_or(self.hold_until),
            ..self
        }
    }

    fn now(self, status: AppointmentStatus) -> Self {
        Self { status, ..self }
    }
}

impl Fold for StoredPatient {
    type Event = PatientEvent;

    fn aggregate(&self) -> Uuid {
        self.patient.as_uuid()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn evolve(known: Option<Self>, event: PatientEvent, version: i64) -> Option<Self> {
        match event {
            PatientEvent::Registered(registered) => Some(Self {
                patient: registered.patient,
                subject: registered.subject,
                phi: registered.phi.map(|phi| PatientPhi { name: phi.name }),
                version,
            }),
            PatientEvent::ContactChanged(_)
            | PatientEvent::ProxyAdded(_)
            | PatientEvent::ProxyRemoved(_) => known,
        }
    }
}

impl Fold for StoredClinic {
    type Event = ClinicEvent;

    fn aggregate(&self) -> Uuid {
        self.clinic.as_uuid()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn evolve(known: Option<Self>, event: ClinicEvent, version: i64) -> Option<Self> {
        match event {
            ClinicEvent::Opened(opened) => Some(Self {
                clinic: opened.clinic,
                zone: opened.zone,
                version,
            }),
            ClinicEvent::Renamed(_)
            | ClinicEvent::HolidayDeclared(_)
            | ClinicEvent::HolidayWithdrawn(_)
            | ClinicEvent::RefundPolicySet(_) => known,
        }
    }
}

impl Personal for StoredVisit {
    type Content = VisitPhi;

    const TABLE: &'static str = VISITS;

    fn key(&self) -> Uuid {
        self.appointment.as_uuid()
    }

    fn subject(&self) -> SubjectId {
        self.subject
    }

    fn phi(&self) -> &Phi<VisitPhi> {
        &self.phi
    }

    fn with_phi(self, phi: Phi<VisitPhi>) -> Self {
        Self { phi, ..self }
    }
}

impl Personal for StoredPatient {
    type Content = PatientPhi;

    const TABLE: &'static str = PATIENTS;

    fn key(&self) -> Uuid {
        self.patient.as_uuid()
    }

    fn subject(&self) -> SubjectId {
        self.subject
    }

    fn phi(&self) -> &Phi<PatientPhi> {
        &self.phi
    }

    fn with_phi(self, phi: Phi<PatientPhi>) -> Self {
        Self { phi, ..self }
    }
}
