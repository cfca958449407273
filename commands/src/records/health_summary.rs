//! Health summaries: items are added, corrected, ended, marked as entered in error.

use chrono::{DateTime, Utc};
use domain::health_summary::{
    AddItem, CorrectItem, EndItem, EnterItemInError, HealthSummary, HealthSummaryCommand,
    HealthSummaryRefusal, SummaryContent,
};
use domain::record::{PartialDate, Sensitivity};
use domain::{AppointmentId, PatientId, Reason, SummaryItemId};
use event_store::{Decided, ReadSet};
use serde::{Deserialize, Serialize};
use tracing::instrument;

use super::writer::Writer;
use super::{RecordRefusal, Records, Refused};
use crate::authorization::{Action, Resource};
use crate::proposal::Proposal;
use crate::{Caller, CommandError, Context, Done};

type Answer = Result<Done<HealthSummaryReply>, Refused<HealthSummaryRefusal>>;

/// The reply of a command on a health summary: ids and states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthSummaryReply {
    /// The patient.
    pub patient: PatientId,
    /// The item.
    pub item: SummaryItemId,
    /// Its revision.
    pub revision: u32,
}

/// An item to add.
#[derive(Debug, Clone)]
pub struct NewItem {
    /// The patient.
    pub patient: PatientId,
    /// What it says.
    pub content: SummaryContent,
    /// Changes to its derived sensitive categories.
    pub sensitivity: Option<Sensitivity>,
    /// The visit at which it was learnt, if it was at one.
    pub appointment: Option<AppointmentId>,
}

/// An item of a patient's summary, in the revision that the caller has seen. Items are changed one by one: a change of one
/// does not stand in the way of another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SummaryTarget {
    /// The patient.
    pub patient: PatientId,
    /// The item.
    pub item: SummaryItemId,
    /// The revision that the caller has seen.
    pub expected_revision: i64,
}

/// A change of an item.
#[derive(Debug, Clone)]
pub enum SummaryChange {
    /// It says something else.
    Correct {
        /// What it says.
        content: SummaryContent,
        /// Changes to its derived sensitive categories; none if those of before stay.
        sensitivity: Option<Sensitivity>,
        /// Reason of the correction.
        reason: Reason,
    },
    /// It is over.
    End {
        /// Date of its end, as far as it is known.
        ended_on: Option<PartialDate>,
        /// Reason, if one is given.
        reason: Option<Reason>,
    },
    /// It should not have been there.
    MarkInError(Reason),
}

impl SummaryChange {
    fn command(
        self,
        item: SummaryItemId,
        writer: Writer,
        at: DateTime<Utc>,
    ) -> HealthSummaryCommand {
        let (by, doctor) = (writer.by, Some(writer.doctor));
        match self {
            Self::Correct {
                content,
                sensitivity,
                reason,
            } => HealthSummaryCommand::Correct(CorrectItem {
                item,
                content,
                sensitivity,
                reason,
                doctor,
                by,
                at,
            }),
            Self::End { ended_on, reason } => HealthSummaryCommand::End(EndItem {
                item,
                ended_on,
                reason,
                doctor,
                by,
                at,
            }),
            Self::MarkInError(reason) => HealthSummaryCommand::EnterInError(EnterItemInError {
                item,
                reason,
                doctor,
                by,
                at,
            }),
        }
    }
}

impl Records {
    /// Adds an item to a patient's health summary.
    #[instrument(name = "command.health_summary.add_item", skip_all)]
    pub async fn add_summary_item(
        &self,
        caller: &Caller,
        new: NewItem,
        chart: &Resource,
        context: &Context,
    ) -> Answer {
        let item = SummaryItemId::from_uuid(self.commands.ids.id());
        let (patient, at) = (new.patient, context.at);
        self.commands
            .run(context, async |read: ReadSet| {
                let writer = self.summary_writer(&read, caller, chart).await?;
                let clinic = self.commands.clinic_of_visit(patient, new.appointment);
                let clinic = clinic.await?.or(chart.treated_at);
                let add = HealthSummaryCommand::Add(AddItem {
                    patient,
                    item,
                    content: new.content.clone(),
                    sensitivity: new.sensitivity.clone(),
                    appointment: new.appointment,
                    clinic,
                    doctor: Some(writer.doctor),
                    by: writer.by,
                    at,
                });
                let summary = read.load::<HealthSummary>(patient).await?;
                let added = summary.decide(add).await;
                let added = added.map_err(|error| error.map(RecordRefusal::Rule))?;
                Ok(propose(patient, item, added)?
                    .acting_as(writer.by)
                    .at_clinic_if_any(clinic))
            })
            .await
    }

    /// Changes an item of a patient's health summary.
    #[instrument(name = "command.health_summary.change_item", skip_all)]
    pub async fn change_summary_item(
        &self,
        caller: &Caller,
        target: SummaryTarget,
        change: SummaryChange,
        chart: &Resource,
        context: &Context,
    ) -> Answer {
        let SummaryTarget {
            patient,
            item,
            expected_revision,
        } = target;
        self.commands
            .run(context, async |read: ReadSet| {
                let writer = self.summary_writer(&read, caller, chart).await?;
                let summary = read.load::<HealthSummary>(patient).await?;
                let known = summary.aggregate().item(item);
                let revision = i64::from(known.ok_or(CommandError::NotFound)?.revision);
                if expected_revision != revision {
                    return Err(CommandError::Stale);
                }
                let command = change.clone().command(item, writer, context.at);
                let changed = summary.decide(command).await;
                let changed = changed.map_err(|error| error.map(RecordRefusal::Rule))?;
                Ok(propose(patient, item, changed)?.acting_as(writer.by))
            })
            .await
    }

    async fn summary_writer(
        &self,
        read: &ReadSet,
        caller: &Caller,
        chart: &Resource,
    ) -> Result<Writer, Refused<HealthSummaryRefusal>> {
        let action = Action::ChangeHealthSummary;
        self.commands
            .chart_writer(read, caller, action, chart)
            .await
    }
}

/// Proposes what was decided about an item.
fn propose(
    patient: PatientId,
    item: SummaryItemId,
    decided: Decided<HealthSummary>,
) -> Result<
    Proposal<HealthSummaryReply, RecordRefusal<HealthSummaryRefusal>>,
    Refused<HealthSummaryRefusal>,
> {
    let revision = decided.aggregate.item(item).map(|item| item.revision);
    let revision = revision.ok_or(CommandError::NotFound)?;
    Ok(Proposal::new(HealthSummaryReply {
        patient,
        item,
        revision,
    })
    .with(decided))
}
