//! The health summary.

use std::collections::BTreeMap;

use anyhow::Context as _;
use domain::health_summary::{
    AddItem, CorrectItem, EndItem, EnterItemInError, HealthSummary, HealthSummaryCommand,
};
use domain::{PatientId, Reason, SummaryItemId};
use event_store::History;
use uuid::Uuid;

use super::{Author, Entry, Names};
use crate::charts::step::ItemStep;
use crate::tale::Tale;

/// Problems, vaccinations, family and social history of a patient.
pub(super) struct Summary {
    tale: Option<Tale<HealthSummary>>,
    ids: BTreeMap<Entry, SummaryItemId>,
}

impl Summary {
    pub(super) fn new(patient: PatientId, commands: Uuid) -> Self {
        Self {
            tale: Some(Tale::numbered_from(patient.as_uuid(), commands)),
            ids: BTreeMap::new(),
        }
    }

    pub(super) async fn tell(
        &mut self,
        entry: Entry,
        what: ItemStep,
        names: &Names<'_>,
        author: Author,
    ) -> anyhow::Result<()> {
        let new = SummaryItemId::from_uuid(author.id);
        let item = *self.ids.entry(entry).or_insert(new);
        let command = command(item, what, names, author)?;
        let tale = self.tale.take().context("looking for the summary")?;
        self.tale = Some(tale.then(author.act(), command).await?);
        Ok(())
    }

    /// Without an item there is no summary.
    pub(super) fn told(self) -> Option<History> {
        let is_empty = self.ids.is_empty();
        self.tale.filter(|_| !is_empty).map(Tale::told)
    }
}

fn command(
    item: SummaryItemId,
    what: ItemStep,
    names: &Names<'_>,
    author: Author,
) -> anyhow::Result<HealthSummaryCommand> {
    let Author {
        patient,
        by,
        doctor,
        clinic,
        at,
        ..
    } = author;
    Ok(match what {
        ItemStep::Add(content, occasion) => {
            let appointment = occasion.and_then(|occasion| names.appointment(occasion));
            HealthSummaryCommand::Add(AddItem {
                patient,
                item,
                content,
                sensitivity: None,
                appointment,
                clinic,
                doctor,
                by,
                at,
            })
        }
        ItemStep::Correct(content, reason) => HealthSummaryCommand::Correct(CorrectItem {
            item,
            content,
            sensitivity: None,
            reason: Reason::parse(reason)?,
            doctor,
            by,
            at,
        }),
        ItemStep::End(ended_on) => HealthSummaryCommand::End(EndItem {
            item,
            ended_on: Some(ended_on),
            reason: None,
            doctor,
            by,
            at,
        }),
        ItemStep::MarkInError(reason) => HealthSummaryCommand::EnterInError(EnterItemInError {
            item,
            reason: Reason::parse(reason)?,
            doctor,
            by,
            at,
        }),
    })
}
