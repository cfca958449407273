//! The doctor who writes in a chart, and the place of a visit.

use domain::appointment::Appointment;
use domain::doctor::Doctor;
use domain::patient::Patient;
use domain::{Actor, AppointmentId, ClinicId, DoctorId, PatientId, Role};
use event_store::ReadSet;

use super::{RecordRefusal, Refused};
use crate::authorization::{Action, Resource, authorize};
use crate::{Caller, CommandError, Commands, Fault};

/// The doctor who writes in a chart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Writer {
    /// The actor of the events.
    pub by: Actor,
    /// The doctor.
    pub doctor: DoctorId,
}

/// The author of an entry that patients may make, too.
#[derive(Debug, Clone, Copy)]
pub(super) struct Author {
    /// The actor of the events.
    pub by: Actor,
    /// The doctor, if one acts.
    pub doctor: Option<DoctorId>,
}

/// The place of a visit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub clinic: ClinicId,
    pub appointment: Option<AppointmentId>,
}

impl Commands {
    /// Returns the doctor that the caller is in an action on a patient's chart.
    ///
    /// # Errors
    /// The caller may not, the patient is not known, or was erased.
    pub(super) async fn chart_writer<R>(
        &self,
        read: &ReadSet,
        caller: &Caller,
        action: Action,
        chart: &Resource,
    ) -> Result<Writer, Refused<R>> {
        let role = authorize(caller, action, chart)?;
        let doctor = caller.doctor.ok_or(CommandError::Forbidden)?;
        let patient = chart.patient.ok_or(CommandError::NotFound)?;
        self.check_patient(read, patient).await?;
        let by = Actor::account(caller.account, role);
        Ok(Writer { by, doctor })
    }

    /// Returns the author that the caller is in an action on a patient's chart that patients and proxies may take, too.
    ///
    /// # Errors
    /// The caller may not, the patient is not known, or was erased.
    pub(super) async fn chart_author<R>(
        &self,
        read: &ReadSet,
        caller: &Caller,
        action: Action,
        chart: &Resource,
    ) -> Result<Author, Refused<R>> {
        let patient = chart.patient.ok_or(CommandError::NotFound)?;
        let by = Actor::account(caller.account, authorize(caller, action, chart)?);
        self.check_patient(read, patient).await?;
        let doctor = caller.doctor.filter(|_| by.role() == Some(Role::Doctor));
        Ok(Author { by, doctor })
    }

    /// Checks that something can be recorded about a patient: of an erased one it would be lost at once.
    async fn check_patient<R>(&self, read: &ReadSet, patient: PatientId) -> Result<(), Refused<R>> {
        if !read.require::<Patient>(patient).await?.is_registered() {
            return Err(CommandError::NotFound);
        }
        let erased = self.store.sealing().is_erased(patient.as_uuid()).await;
        if erased.map_err(Fault::doing("asking if a patient was erased"))? {
            return Err(CommandError::Refused(RecordRefusal::PatientErased));
        }
        Ok(())
    }

    /// Returns the clinic of a visit of the patient, if one is named.
    pub(super) async fn clinic_of_visit<R>(
        &self,
        patient: PatientId,
        appointment: Option<AppointmentId>,
    ) -> Result<Option<ClinicId>, Refused<R>> {
        let Some(appointment) = appointment else {
            return Ok(None);
        };
        // Patient and clinic of an appointment never change, so the decision does not depend on its version.
        let appointment = appointment.to_string();
        let appointment = self
            .store
            .load_committed::<Appointment>(&appointment)
            .await?;
        let visit = appointment.aggregate().visit();
        let own = visit.filter(|visit| visit.patient == patient);
        let other = CommandError::Refused(RecordRefusal::OtherAppointment);
        own.map(|visit| Some(visit.clinic)).ok_or(other)
    }

    /// Checks that a visit took place where it is said to: at the appointment's clinic, or at one where the doctor
    /// works.
    pub(super) async fn check_place<R>(
        &self,
        read: &ReadSet,
        doctor: DoctorId,
        patient: PatientId,
        place: Place,
    ) -> Result<(), Refused<R>> {
        let Some(appointment) = place.appointment else {
            let doctor: Doctor = read.require(doctor).await?;
            let facts = doctor.facts_at(place.clinic);
            let works_there = facts.is_some_and(|facts| facts.affiliation.is_some());
            return if works_there {
                Ok(())
            } else {
                Err(CommandError::Refused(RecordRefusal::DoctorNotAtClinic))
            };
        };
        if self.clinic_of_visit(patient, Some(appointment)).await? == Some(place.clinic) {
            Ok(())
        } else {
            Err(CommandError::Refused(RecordRefusal::OtherAppointment))
        }
    }
}
