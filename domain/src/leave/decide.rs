//! Decisions of a leave: one function per command.

use chrono::{DateTime, TimeDelta, Timelike, Utc};

use super::command::{LeaveCommand, PlanLeave, WithdrawLeave};
use super::error::LeaveRefusal;
use super::event::{LeaveEvent, LeavePlanned, LeavePlannedPhi, LeaveWithdrawn};
use super::state::{Leave, PlannedLeave};
use crate::decision::Decision;
use crate::phi::Phi;

/// The longest leave, in days of 24 hours: a year and a day.
pub const MAX_DAYS: u16 = 366;

/// Returns the events that follow from a command.
///
/// # Errors
/// The [`LeaveRefusal`] that forbids it.
pub fn decide(leave: &Leave, command: LeaveCommand) -> Decision<Leave> {
    match command {
        LeaveCommand::Plan(command) => plan(leave, command),
        LeaveCommand::Withdraw(command) => withdraw(leave, command),
    }
}

fn plan(leave: &Leave, command: PlanLeave) -> Decision<Leave> {
    let PlanLeave {
        leave: id,
        doctor,
        during,
        reason,
        by,
        at,
    } = command;
    if leave.plan().is_some() {
        return Err(LeaveRefusal::AlreadyExists);
    }
    if during.start() < at {
        return Err(LeaveRefusal::BeginsInPast);
    }
    if during.end() - during.start() > TimeDelta::days(i64::from(MAX_DAYS)) {
        return Err(LeaveRefusal::TooLong { max_days: MAX_DAYS });
    }
    if ![during.start(), during.end()]
        .into_iter()
        .all(is_full_minute)
    {
        return Err(LeaveRefusal::BetweenMinutes);
    }
    Ok(vec![LeaveEvent::Planned(LeavePlanned {
        leave: id,
        doctor,
        during,
        by,
        at,
        subject: doctor.subject(),
        phi: Phi::Clear(LeavePlannedPhi { reason }),
    })])
}

fn is_full_minute(instant: DateTime<Utc>) -> bool {
    instant.second() == 0 && instant.nanosecond() == 0
}

fn withdraw(leave: &Leave, command: WithdrawLeave) -> Decision<Leave> {
    let &PlannedLeave {
        leave,
        doctor,
        during,
    } = match leave {
        Leave::Unplanned => return Err(LeaveRefusal::NotFound),
        Leave::Withdrawn(_) => return Ok(Vec::new()),
        Leave::Planned(plan) => plan,
    };
    let WithdrawLeave { by, at } = command;
    if at >= during.end() {
        return Err(LeaveRefusal::AlreadyOver);
    }
    Ok(vec![LeaveEvent::Withdrawn(LeaveWithdrawn {
        leave,
        doctor,
        during,
        by,
        at,
    })])
}
