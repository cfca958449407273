//! Decisions of an emergency access: one function per command.

use chrono::TimeDelta;

use super::command::{BreakGlassCommand, OpenBreakGlass, ReviewBreakGlass};
use super::error::BreakGlassRefusal;
use super::event::{
    BreakGlassEvent, BreakGlassOpened, BreakGlassOpenedPhi, BreakGlassReviewed,
    BreakGlassReviewedPhi,
};
use super::state::BreakGlass;
use crate::decision::Decision;
use crate::phi::Phi;

/// The longest access, in minutes: a day.
pub const MAX_MINUTES: u16 = 24 * 60;

/// Returns the events that follow from a command.
///
/// # Errors
/// The [`BreakGlassRefusal`] that forbids it.
pub fn decide(access: &BreakGlass, command: BreakGlassCommand) -> Decision<BreakGlass> {
    match command {
        BreakGlassCommand::Open(command) => open(access, command),
        BreakGlassCommand::Review(command) => review(access, command),
    }
}

fn open(access: &BreakGlass, command: OpenBreakGlass) -> Decision<BreakGlass> {
    let OpenBreakGlass {
        break_glass,
        patient,
        account,
        doctor,
        clinic,
        reason,
        until,
        by,
        at,
    } = command;
    if access.opened().is_some() {
        return Err(BreakGlassRefusal::AlreadyExists);
    }
    let length = until - at;
    if length <= TimeDelta::zero() || length > TimeDelta::minutes(i64::from(MAX_MINUTES)) {
        let max_minutes = MAX_MINUTES;
        return Err(BreakGlassRefusal::WrongLength { max_minutes });
    }
    Ok(vec![BreakGlassEvent::Opened(BreakGlassOpened {
        break_glass,
        patient,
        account,
        doctor,
        clinic,
        until,
        by,
        at,
        subject: patient.subject(),
        phi: Phi::Clear(BreakGlassOpenedPhi { reason }),
    })])
}

fn review(access: &BreakGlass, command: ReviewBreakGlass) -> Decision<BreakGlass> {
    let ReviewBreakGlass {
        verdict,
        note,
        by,
        at,
    } = command;
    let opened = access.opened().ok_or(BreakGlassRefusal::NotFound)?;
    if by.account_id() == Some(opened.account) {
        return Err(BreakGlassRefusal::ReviewedByItself);
    }
    match opened.verdict {
        Some(same) if same == verdict => return Ok(Vec::new()),
        Some(_) => return Err(BreakGlassRefusal::AlreadyReviewed),
        None => {}
    }
    Ok(vec![BreakGlassEvent::Reviewed(BreakGlassReviewed {
        break_glass: opened.break_glass,
        patient: opened.patient,
        verdict,
        by,
        at,
        subject: opened.patient.subject(),
        phi: Phi::Clear(BreakGlassReviewedPhi { note }),
    })])
}
