//! Prescriptions: issued, amended, cancelled, marked as entered in error.

use domain::medication_list::{MedicationList, MedicationListCommand, RemovePrescription};
use domain::prescription::{
    AmendPrescription, CancelPrescription, IssuePrescription, MarkPrescriptionEnteredInError,
    OverriddenWarnings, Prescribed, Prescription, PrescriptionCommand, PrescriptionLines,
    PrescriptionRefusal,
};
use domain::record::Sensitivity;
use domain::{AppointmentId, ClinicId, PatientId, PrescriptionId, Reason};
use event_store::ReadSet;
use tracing::instrument;

use super::medication::{Medication, of_list};
use super::writer::{Place, Writer};
use super::{PrescriptionReply, RecordRefusal, Records, Refused, prescription_reply};
use crate::authorization::{Action, Resource};
use crate::proposal::Proposal;
use crate::{Caller, CommandError, Context, Done, Target};

type Answer = Result<Done<PrescriptionReply>, Refused<PrescriptionRefusal>>;

/// Drugs to prescribe.
#[derive(Debug, Clone)]
pub struct NewDrugs {
    /// The drugs, all of them.
    pub lines: PrescriptionLines,
    /// The warnings that the doctor overrides.
    pub overridden: Option<OverriddenWarnings>,
    /// Sensitive categories that it belongs to; of an amendment, none if they stay.
    pub sensitivity: Option<Sensitivity>,
}

/// A prescription to issue.
#[derive(Debug, Clone)]
pub struct NewPrescription {
    /// The patient.
    pub patient: PatientId,
    /// The clinic.
    pub clinic: ClinicId,
    /// The appointment, if it is issued at one.
    pub appointment: Option<AppointmentId>,
    /// The drugs.
    pub drugs: NewDrugs,
}

/// An amendment of a prescription.
#[derive(Debug, Clone)]
pub struct NewRevision {
    /// The drugs, all of them.
    pub drugs: NewDrugs,
    /// The reason.
    pub reason: Reason,
}

impl NewDrugs {
    /// Adds the warnings about them.
    fn prescribed(&self, medication: &Medication) -> Prescribed {
        Prescribed {
            lines: self.lines.clone(),
            warnings: medication.warnings(&self.lines),
            overridden: self.overridden.clone(),
            sensitivity: self.sensitivity.clone(),
        }
    }
}

impl Records {
    /// Issues a prescription, once each warning about it is overridden.
    #[instrument(name = "command.prescription.issue", skip_all)]
    pub async fn issue_prescription(
        &self,
        caller: &Caller,
        new: NewPrescription,
        chart: &Resource,
        context: &Context,
    ) -> Answer {
        let id = PrescriptionId::from_uuid(self.commands.ids.id());
        let (patient, clinic, at) = (new.patient, new.clinic, context.at);
        self.commands
            .run(context, async |read: ReadSet| {
                let writer = self
                    .commands
                    .chart_writer(&read, caller, Action::Prescribe, chart);
                let Writer { by, doctor } = writer.await?;
                let place = Place {
                    clinic,
                    appointment: new.appointment,
                };
                self.commands
                    .check_place(&read, doctor, patient, place)
                    .await?;
                let medication = self.commands.medication(&read, patient, at).await?;
                let issue = IssuePrescription {
                    prescription: id,
                    patient,
                    doctor,
                    clinic,
                    appointment: new.appointment,
                    prescribed: new.drugs.prescribed(&medication),
                    by,
                    at,
                };
                let issued = read.create::<Prescription>(id);
                let issued = issued.decide(PrescriptionCommand::Issue(issue)).await;
                let issued = issued.map_err(|error| error.map(RecordRefusal::Rule))?;
                let listed = medication.list(id, by, at).await?;
                let reply = prescription_reply(&issued).ok_or(CommandError::NotFound)?;
                let proposal = Proposal::new(reply).with(issued).with(listed);
                Ok(proposal.acting_as(by).at_clinic(clinic))
            })
            .await
    }

    /// Replaces the lines of a prescription, once each warning about them is overridden.
    #[instrument(name = "command.prescription.amend", skip_all)]
    pub async fn amend_prescription(
        &self,
        caller: &Caller,
        target: Target<PrescriptionId>,
        new: NewRevision,
        chart: &Resource,
        context: &Context,
    ) -> Answer {
        let at = context.at;
        self.commands
            .run(context, async |read: ReadSet| {
                let prescription = read.load::<Prescription>(target.id).await?;
                let issued = *prescription
                    .aggregate()
                    .issued()
                    .ok_or(CommandError::NotFound)?;
                check_chart(chart, issued.patient)?;
                let writer = self
                    .commands
                    .chart_writer(&read, caller, Action::Prescribe, chart);
                let Writer { by, doctor } = writer.await?;
                target.check_version(&prescription)?;
                let medication = self.commands.medication(&read, issued.patient, at).await?;
                let medication = medication.without(target.id);
                let amend = AmendPrescription {
                    doctor,
                    prescribed: new.drugs.prescribed(&medication),
                    reason: new.reason.clone(),
                    by,
                    at,
                };
                let amended = prescription.decide(PrescriptionCommand::Amend(amend)).await;
                let amended = amended.map_err(|error| error.map(RecordRefusal::Rule))?;
                let listed = medication.list(target.id, by, at).await?;
                let reply = prescription_reply(&amended).ok_or(CommandError::NotFound)?;
                let proposal = Proposal::new(reply).with(amended).with(listed);
                Ok(proposal.acting_as(by).at_clinic(issued.clinic))
            })
            .await
    }

    /// Cancels a prescription: the patient takes its drugs no longer.
    #[instrument(name = "command.prescription.cancel", skip_all)]
    pub async fn cancel_prescription(
        &self,
        caller: &Caller,
        target: Target<PrescriptionId>,
        reason: Reason,
        chart: &Resource,
        context: &Context,
    ) -> Answer {
        let at = context.at;
        let command = move |Writer { by, .. }: Writer| {
            let reason = reason.clone();
            PrescriptionCommand::Cancel(CancelPrescription { reason, by, at })
        };
        self.end_prescription(caller, target, chart, command, context)
            .await
    }

    /// Marks a prescription as entered in error: it is hidden, and stays in the log.
    #[instrument(name = "command.prescription.mark_in_error", skip_all)]
    pub async fn mark_prescription_in_error(
        &self,
        caller: &Caller,
        target: Target<PrescriptionId>,
        reason: Reason,
        chart: &Resource,
        context: &Context,
    ) -> Answer {
        let at = context.at;
        let command = move |Writer { by, .. }: Writer| {
            let reason = reason.clone();
            let mark = MarkPrescriptionEnteredInError { reason, by, at };
            PrescriptionCommand::MarkEnteredInError(mark)
        };
        self.end_prescription(caller, target, chart, command, context)
            .await
    }

    /// Runs a command that ends a prescription, and takes it off the list of current ones.
    async fn end_prescription(
        &self,
        caller: &Caller,
        target: Target<PrescriptionId>,
        chart: &Resource,
        command: impl Fn(Writer) -> PrescriptionCommand + Send + Sync,
        context: &Context,
    ) -> Answer {
        let at = context.at;
        self.commands
            .run(context, async |read: ReadSet| {
                let prescription = read.load::<Prescription>(target.id).await?;
                let issued = *prescription
                    .aggregate()
                    .issued()
                    .ok_or(CommandError::NotFound)?;
                let patient = issued.patient;
                check_chart(chart, patient)?;
                let writer = self
                    .commands
                    .chart_writer(&read, caller, Action::Prescribe, chart);
                let writer = writer.await?;
                target.check_version(&prescription)?;
                let ended = prescription.decide(command(writer)).await;
                let ended = ended.map_err(|error| error.map(RecordRefusal::Rule))?;
                let list = read.load::<MedicationList>(patient).await?;
                let remove = MedicationListCommand::Remove(RemovePrescription {
                    patient,
                    prescription: target.id,
                    by: writer.by,
                    at,
                });
                let removed = list.decide(remove).await;
                let removed = removed.map_err(|error| error.map(of_list))?;
                let reply = prescription_reply(&ended).ok_or(CommandError::NotFound)?;
                let proposal = Proposal::new(reply).with(ended).with(removed);
                Ok(proposal.acting_as(writer.by).at_clinic(issued.clinic))
            })
            .await
    }
}

/// Checks that the chart is that of the patient.
fn check_chart<R>(chart: &Resource, patient: PatientId) -> Result<(), CommandError<R>> {
    if chart.patient == Some(patient) {
        Ok(())
    } else {
        Err(CommandError::NotFound)
    }
}
