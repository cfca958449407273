//! Vital signs: recorded, corrected, marked as entered in error.

use chrono::{DateTime, Utc};
use domain::record::Sensitivity;
use domain::vitals::{
    CorrectVitals, EnterVitalsInError, Measurements, RecordVitals, Vitals, VitalsCommand,
    VitalsRefusal,
};
use domain::{AppointmentId, PatientId, Reason, VitalsId};
use event_store::{Decided, ReadSet};
use serde::{Deserialize, Serialize};
use tracing::instrument;

use super::writer::Author;
use super::{RecordRefusal, Records, Refused};
use crate::authorization::{Action, Resource};
use crate::proposal::Proposal;
use crate::{Caller, CommandError, Context, Done, Target};

type Answer = Result<Done<VitalsReply>, Refused<VitalsRefusal>>;

/// The reply of a command on vital signs: ids and states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VitalsReply {
    /// The set.
    pub vitals: VitalsId,
    /// The patient.
    pub patient: PatientId,
    /// Its version, which is its revision, too.
    pub version: i64,
}

/// A set of vital signs to record.
#[derive(Debug, Clone)]
pub struct NewVitals {
    /// The patient.
    pub patient: PatientId,
    /// Time of the measurement; now if it is not given.
    pub taken_at: Option<DateTime<Utc>>,
    /// The visit at which it was measured, if it was at one.
    pub appointment: Option<AppointmentId>,
    /// The vital signs.
    pub measurements: Measurements,
    /// Sensitive categories that it belongs to.
    pub sensitivity: Option<Sensitivity>,
}

/// A change of a set that is recorded.
#[derive(Debug, Clone)]
pub enum VitalsChange {
    /// It was another time, or other values.
    Correct {
        /// Time of the measurement.
        taken_at: DateTime<Utc>,
        /// The vital signs, all of them.
        measurements: Measurements,
        /// Sensitive categories that it belongs to; none if they stay.
        sensitivity: Option<Sensitivity>,
        /// Reason of the correction.
        reason: Reason,
    },
    /// It should not have been recorded.
    MarkInError(Reason),
}

impl VitalsChange {
    fn command(self, author: Author, at: DateTime<Utc>) -> VitalsCommand {
        let Author { by, doctor } = author;
        match self {
            Self::Correct {
                taken_at,
                measurements,
                sensitivity,
                reason,
            } => VitalsCommand::Correct(CorrectVitals {
                taken_at,
                measurements,
                sensitivity,
                reason,
                doctor,
                by,
                at,
            }),
            Self::MarkInError(reason) => VitalsCommand::EnterInError(EnterVitalsInError {
                reason,
                doctor,
                by,
                at,
            }),
        }
    }
}

impl Records {
    /// Records a set of vital signs.
    #[instrument(name = "command.vitals.record", skip_all)]
    pub async fn record_vitals(
        &self,
        caller: &Caller,
        new: NewVitals,
        chart: &Resource,
        context: &Context,
    ) -> Answer {
        let vitals = VitalsId::from_uuid(self.commands.ids.id());
        let (patient, at) = (new.patient, context.at);
        self.commands
            .run(context, async |read: ReadSet| {
                let author = self
                    .commands
                    .chart_author(&read, caller, Action::RecordVitals, chart);
                let Author { by, doctor } = author.await?;
                let clinic = self.commands.clinic_of_visit(patient, new.appointment);
                let treated_at = chart.treated_at.filter(|_| doctor.is_some());
                let clinic = clinic.await?.or(treated_at);
                let record = VitalsCommand::Record(RecordVitals {
                    vitals,
                    patient,
                    taken_at: new.taken_at.unwrap_or(at),
                    appointment: new.appointment,
                    clinic,
                    measurements: new.measurements.clone(),
                    sensitivity: new.sensitivity.clone(),
                    doctor,
                    by,
                    at,
                });
                let recorded = read.create::<Vitals>(vitals).decide(record).await;
                let recorded = recorded.map_err(|error| error.map(RecordRefusal::Rule))?;
                Ok(propose(vitals, patient, recorded)
                    .acting_as(by)
                    .at_clinic_if_any(clinic))
            })
            .await
    }

    /// Changes a set of vital signs of a patient.
    #[instrument(name = "command.vitals.change", skip_all)]
    pub async fn change_vitals(
        &self,
        caller: &Caller,
        patient: PatientId,
        target: Target<VitalsId>,
        change: VitalsChange,
        chart: &Resource,
        context: &Context,
    ) -> Answer {
        self.commands
            .run(context, async |read: ReadSet| {
                let author = self
                    .commands
                    .chart_author(&read, caller, Action::RecordVitals, chart);
                let author = author.await?;
                let vitals = read.load::<Vitals>(target.id).await?;
                let recorded = vitals.aggregate().recorded();
                if recorded.is_none_or(|recorded| recorded.patient != patient) {
                    return Err(CommandError::NotFound);
                }
                target.check_version(&vitals)?;
                let changed = vitals
                    .decide(change.clone().command(author, context.at))
                    .await;
                let changed = changed.map_err(|error| error.map(RecordRefusal::Rule))?;
                Ok(propose(target.id, patient, changed).acting_as(author.by))
            })
            .await
    }
}

/// Proposes what was decided about a set.
fn propose(
    vitals: VitalsId,
    patient: PatientId,
    decided: Decided<Vitals>,
) -> Proposal<VitalsReply, RecordRefusal<VitalsRefusal>> {
    let version = decided.version();
    Proposal::new(VitalsReply {
        vitals,
        patient,
        version,
    })
    .with(decided)
}
