//! A patient's allergies: recorded, corrected, ended, marked as entered in error.

use domain::allergy_list::{
    AllergyContent, AllergyList, AllergyListCommand, AllergyListRefusal, CorrectAllergy,
    EndAllergy, MarkAllergyEnteredInError, RecordAllergy,
};
use domain::{AllergyId, PatientId, Reason};
use event_store::ReadSet;
use tracing::instrument;

use super::writer::Writer;
use super::{AllergyReply, RecordRefusal, Records, Refused};
use crate::authorization::{Action, Resource};
use crate::proposal::Proposal;
use crate::{Caller, Context, Done, Target};

type Answer = Result<Done<AllergyReply>, Refused<AllergyListRefusal>>;

/// A change of an allergy that is recorded.
#[derive(Debug, Clone)]
pub enum AllergyChange {
    /// Something else is recorded of it.
    Correct(AllergyContent),
    /// The patient has it no longer.
    End(Reason),
    /// It should not have been recorded.
    MarkInError(Reason),
}

impl Records {
    /// Records an allergy of a patient. The version is that of the list.
    #[instrument(name = "command.allergy.record", skip_all)]
    pub async fn record_allergy(
        &self,
        caller: &Caller,
        target: Target<PatientId>,
        recorded: AllergyContent,
        chart: &Resource,
        context: &Context,
    ) -> Answer {
        let allergy = AllergyId::from_uuid(self.commands.ids.id());
        let (patient, at) = (target.id, context.at);
        let command = move |Writer { by, doctor }: Writer| {
            AllergyListCommand::Record(RecordAllergy {
                allergy,
                patient,
                doctor,
                content: recorded.clone(),
                by,
                at,
            })
        };
        self.change_allergies(caller, target, allergy, chart, command, context)
            .await
    }

    /// Changes an allergy of a patient. The version is that of the list.
    #[instrument(name = "command.allergy.change", skip_all)]
    pub async fn change_allergy(
        &self,
        caller: &Caller,
        target: Target<PatientId>,
        allergy: AllergyId,
        change: AllergyChange,
        chart: &Resource,
        context: &Context,
    ) -> Answer {
        let (patient, at) = (target.id, context.at);
        let command = move |Writer { by, doctor }: Writer| match change.clone() {
            AllergyChange::Correct(corrected) => AllergyListCommand::Correct(CorrectAllergy {
                allergy,
                patient,
                doctor,
                content: corrected,
                by,
                at,
            }),
            AllergyChange::End(reason) => AllergyListCommand::End(EndAllergy {
                allergy,
                patient,
                reason,
                by,
                at,
            }),
            AllergyChange::MarkInError(reason) => {
                AllergyListCommand::MarkEnteredInError(MarkAllergyEnteredInError {
                    allergy,
                    patient,
                    reason,
                    by,
                    at,
                })
            }
        };
        self.change_allergies(caller, target, allergy, chart, command, context)
            .await
    }

    /// Runs the command that `command` makes for the doctor that the caller is.
    async fn change_allergies(
        &self,
        caller: &Caller,
        target: Target<PatientId>,
        allergy: AllergyId,
        chart: &Resource,
        command: impl Fn(Writer) -> AllergyListCommand + Send + Sync,
        context: &Context,
    ) -> Answer {
        let patient = target.id;
        self.commands
            .run(context, async |read: ReadSet| {
                let action = Action::RecordAllergies;
                let writer = self.commands.chart_writer(&read, caller, action, chart);
                let writer = writer.await?;
                let list = read.load::<AllergyList>(patient).await?;
                target.check_version(&list)?;
                let changed = list.decide(command(writer)).await;
                let changed = changed.map_err(|error| error.map(RecordRefusal::Rule))?;
                let version = changed.version();
                let reply = AllergyReply {
                    patient,
                    allergy,
                    version,
                };
                Ok(Proposal::new(reply).with(changed).acting_as(writer.by))
            })
            .await
    }
}
