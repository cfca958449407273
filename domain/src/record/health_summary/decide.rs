//! Decisions of a health summary: one function per command.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::command::{AddItem, CorrectItem, EndItem, EnterItemInError, HealthSummaryCommand};
use super::content::SummaryContent;
use super::error::HealthSummaryRefusal;
use super::event::{
    HealthSummaryEvent, ItemAdded, ItemAddedPhi, ItemCorrected, ItemCorrectedPhi, ItemEnded,
    ItemEndedPhi, ItemEnteredInError,
};
use super::state::{HealthSummary, ItemStatus, SummaryItem};
use crate::decision::Decision;
use crate::phi::Phi;
use crate::record::{EnteredInErrorPhi, PartialDate};
use crate::values::SummaryItemId;

/// The most items of one patient, those included that have ended or were entered in error.
pub const MAX_ITEMS: usize = 1_000;

/// Returns the events that follow from a command.
///
/// # Errors
/// The [`HealthSummaryRefusal`] that forbids it.
pub fn decide(summary: &HealthSummary, command: HealthSummaryCommand) -> Decision<HealthSummary> {
    match command {
        HealthSummaryCommand::Add(command) => add(summary, command),
        HealthSummaryCommand::Correct(command) => correct(summary, command),
        HealthSummaryCommand::End(command) => end(summary, command),
        HealthSummaryCommand::EnterInError(command) => enter_in_error(summary, command),
    }
}

fn add(summary: &HealthSummary, command: AddItem) -> Decision<HealthSummary> {
    let AddItem {
        patient,
        item,
        content,
        sensitivity,
        appointment,
        clinic,
        doctor,
        by,
        at,
    } = command;
    if summary.item(item).is_some() {
        return Err(HealthSummaryRefusal::AlreadyAdded);
    }
    if summary.len() >= MAX_ITEMS {
        return Err(HealthSummaryRefusal::TooManyItems { max: MAX_ITEMS });
    }
    check_dates(&content, at)?;
    Ok(vec![HealthSummaryEvent::Added(ItemAdded {
        patient,
        item,
        kind: content.kind(),
        appointment,
        clinic,
        doctor,
        by,
        at,
        subject: patient.subject(),
        phi: Phi::Clear(ItemAddedPhi {
            content,
            sensitivity,
        }),
    })])
}

/// Is recorded even if it changes nothing: to compare, the state would have to hold personal data.
fn correct(summary: &HealthSummary, command: CorrectItem) -> Decision<HealthSummary> {
    let CorrectItem {
        item: id,
        content,
        sensitivity,
        reason,
        doctor,
        by,
        at,
    } = command;
    let item = changeable(summary, id)?;
    if item.kind != content.kind() {
        return Err(HealthSummaryRefusal::OtherKind { kind: item.kind });
    }
    check_dates(&content, at)?;
    Ok(vec![HealthSummaryEvent::Corrected(ItemCorrected {
        patient: item.patient,
        item: id,
        corrects: item.revision,
        revision: item.revision.saturating_add(1),
        doctor,
        by,
        at,
        subject: item.patient.subject(),
        phi: Phi::Clear(ItemCorrectedPhi {
            content,
            reason,
            sensitivity,
        }),
    })])
}

fn end(summary: &HealthSummary, command: EndItem) -> Decision<HealthSummary> {
    let EndItem {
        item: id,
        ended_on,
        reason,
        doctor,
        by,
        at,
    } = command;
    let item = changeable(summary, id)?;
    if !item.kind.ends() {
        return Err(HealthSummaryRefusal::DoesNotEnd { kind: item.kind });
    }
    if item.status == ItemStatus::Ended {
        return Err(HealthSummaryRefusal::AlreadyEnded);
    }
    let today = latest_today(at);
    let is_future = |date: &PartialDate| date.is_after(today);
    if ended_on.as_ref().is_some_and(is_future) {
        return Err(HealthSummaryRefusal::EndsInFuture);
    }
    Ok(vec![HealthSummaryEvent::Ended(ItemEnded {
        patient: item.patient,
        item: id,
        revision: item.revision.saturating_add(1),
        doctor,
        by,
        at,
        subject: item.patient.subject(),
        phi: Phi::Clear(ItemEndedPhi { ended_on, reason }),
    })])
}

fn enter_in_error(summary: &HealthSummary, command: EnterItemInError) -> Decision<HealthSummary> {
    let EnterItemInError {
        item: id,
        reason,
        doctor,
        by,
        at,
    } = command;
    let item = summary.item(id).ok_or(HealthSummaryRefusal::NotFound)?;
    if item.status == ItemStatus::EnteredInError {
        return Ok(vec![]);
    }
    Ok(vec![HealthSummaryEvent::EnteredInError(
        ItemEnteredInError {
            patient: item.patient,
            item: id,
            corrects: item.revision,
            revision: item.revision.saturating_add(1),
            doctor,
            by,
            at,
            subject: item.patient.subject(),
            phi: Phi::Clear(EnteredInErrorPhi { reason }),
        },
    )])
}

fn changeable(
    summary: &HealthSummary,
    item: SummaryItemId,
) -> Result<&SummaryItem, HealthSummaryRefusal> {
    let item = summary.item(item).ok_or(HealthSummaryRefusal::NotFound)?;
    if item.status == ItemStatus::EnteredInError {
        return Err(HealthSummaryRefusal::EnteredInError);
    }
    Ok(item)
}

fn check_dates(content: &SummaryContent, at: DateTime<Utc>) -> Result<(), HealthSummaryRefusal> {
    if content.is_after(latest_today(at)) {
        return Err(HealthSummaryRefusal::InFuture);
    }
    Ok(())
}

/// Returns the latest date that it is anywhere at an instant: in the zone that is 14 hours ahead of UTC.
fn latest_today(at: DateTime<Utc>) -> NaiveDate {
    (at + TimeDelta::hours(14)).date_naive()
}
