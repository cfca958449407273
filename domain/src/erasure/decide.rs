//! Decisions of an erasure: one function per command.

use super::command::{
    ApproveErasure, CertifyErasure, ErasureCommand, LiftLegalHold, OrderErasure, PlaceLegalHold,
    RefuseErasure, RequestErasure, WithdrawErasure,
};
use super::error::ErasureRefusal;
use super::event::{
    ErasureApproved, ErasureCarriedOut, ErasureEvent, ErasureOrdered, ErasureReasonPhi,
    ErasureRefused, ErasureRequested, ErasureWithdrawn, LegalHoldLifted, LegalHoldPlaced,
};
use super::state::{Erasure, ErasureStage};
use crate::decision::Decision;
use crate::phi::Phi;
use crate::values::{AccountId, SubjectId};

/// Returns the events that follow from a command.
///
/// # Errors
/// The [`ErasureRefusal`] that forbids it.
pub fn decide(erasure: &Erasure, command: ErasureCommand) -> Decision<Erasure> {
    match command {
        ErasureCommand::Request(command) => request(erasure, command),
        ErasureCommand::Withdraw(command) => withdraw(erasure, command),
        ErasureCommand::Refuse(command) => refuse(erasure, command),
        ErasureCommand::Approve(command) => approve(erasure, command),
        ErasureCommand::Order(command) => order(erasure, command),
        ErasureCommand::PlaceHold(command) => place_hold(erasure, command),
        ErasureCommand::LiftHold(command) => lift_hold(erasure, command),
        ErasureCommand::Certify(command) => certify(erasure, command),
    }
}

/// Builds an event with a reason.
macro_rules! reasoned {
    ($variant:ident, $event:ident, $person:expr, $command:expr) => {{
        let (person, command) = ($person, $command);
        let phi = Phi::Clear(ErasureReasonPhi {
            reason: command.reason,
        });
        Ok(vec![ErasureEvent::$variant($event {
            person,
            by: command.by,
            at: command.at,
            subject: person,
            phi,
        })])
    }};
}

fn request(erasure: &Erasure, command: RequestErasure) -> Decision<Erasure> {
    check_not_begun(erasure)?;
    check_not_on_hold(erasure)?;
    match erasure.stage {
        ErasureStage::Requested { .. } => Err(ErasureRefusal::AlreadyRequested),
        ErasureStage::None
        | ErasureStage::Withdrawn
        | ErasureStage::Refused
        | ErasureStage::Approved { .. }
        | ErasureStage::Erased => {
            reasoned!(Requested, ErasureRequested, command.person, command)
        }
    }
}

fn withdraw(erasure: &Erasure, command: WithdrawErasure) -> Decision<Erasure> {
    let request = requested(erasure)?;
    if command.by.account_id() != request.by {
        return Err(ErasureRefusal::RequestedByAnother);
    }
    reasoned!(Withdrawn, ErasureWithdrawn, request.person, command)
}

fn refuse(erasure: &Erasure, command: RefuseErasure) -> Decision<Erasure> {
    let request = requested(erasure)?;
    reasoned!(Refused, ErasureRefused, request.person, command)
}

fn approve(erasure: &Erasure, command: ApproveErasure) -> Decision<Erasure> {
    let ApproveErasure {
        is_person,
        counts,
        key,
        by,
        at,
    } = command;
    let request = requested(erasure)?;
    check_not_on_hold(erasure)?;
    if is_person || by.account_id() == request.by {
        return Err(ErasureRefusal::ApprovedByRequester);
    }
    let person = request.person;
    Ok(vec![ErasureEvent::Approved(ErasureApproved {
        person,
        counts,
        key,
        by,
        at,
    })])
}

fn order(erasure: &Erasure, command: OrderErasure) -> Decision<Erasure> {
    let OrderErasure {
        person,
        counts,
        key,
        by,
        at,
    } = command;
    match erasure.stage {
        ErasureStage::Approved { .. } | ErasureStage::Erased => return Ok(Vec::new()),
        ErasureStage::None
        | ErasureStage::Requested { .. }
        | ErasureStage::Withdrawn
        | ErasureStage::Refused => {}
    }
    check_not_on_hold(erasure)?;
    Ok(vec![ErasureEvent::Ordered(ErasureOrdered {
        person,
        counts,
        key,
        by,
        at,
    })])
}

fn place_hold(erasure: &Erasure, command: PlaceLegalHold) -> Decision<Erasure> {
    check_not_begun(erasure)?;
    check_not_on_hold(erasure)?;
    reasoned!(HoldPlaced, LegalHoldPlaced, command.person, command)
}

fn lift_hold(erasure: &Erasure, command: LiftLegalHold) -> Decision<Erasure> {
    match erasure.person {
        Some(person) if erasure.on_hold => {
            reasoned!(HoldLifted, LegalHoldLifted, person, command)
        }
        Some(_) | None => Err(ErasureRefusal::NotOnLegalHold),
    }
}

/// A repeated attempt may find less than the first one, which removed it. So the counts are never below those of the
/// approval.
fn certify(erasure: &Erasure, command: CertifyErasure) -> Decision<Erasure> {
    let CertifyErasure {
        counts,
        backups_unreadable_from,
        at,
    } = command;
    match (&erasure.stage, erasure.person) {
        (ErasureStage::Erased, _) => Ok(Vec::new()),
        (
            ErasureStage::Approved {
                counts: approved,
                key,
            },
            Some(person),
        ) => Ok(vec![ErasureEvent::CarriedOut(ErasureCarriedOut {
            person,
            counts: counts.max(*approved),
            key: key.clone(),
            backups_unreadable_from,
            at,
        })]),
        (
            ErasureStage::None
            | ErasureStage::Requested { .. }
            | ErasureStage::Withdrawn
            | ErasureStage::Refused
            | ErasureStage::Approved { .. },
            _,
        ) => Err(ErasureRefusal::NotRequested),
    }
}

/// A request that waits for its approval.
struct Request {
    person: SubjectId,
    by: Option<AccountId>,
}

fn requested(erasure: &Erasure) -> Result<Request, ErasureRefusal> {
    check_not_begun(erasure)?;
    match (&erasure.stage, erasure.person) {
        (ErasureStage::Requested { requested_by }, Some(person)) => Ok(Request {
            person,
            by: *requested_by,
        }),
        (
            ErasureStage::None
            | ErasureStage::Requested { .. }
            | ErasureStage::Withdrawn
            | ErasureStage::Refused
            | ErasureStage::Approved { .. }
            | ErasureStage::Erased,
            _,
        ) => Err(ErasureRefusal::NotRequested),
    }
}

const fn check_not_begun(erasure: &Erasure) -> Result<(), ErasureRefusal> {
    match erasure.stage {
        ErasureStage::Approved { .. } => Err(ErasureRefusal::AlreadyApproved),
        ErasureStage::Erased => Err(ErasureRefusal::AlreadyErased),
        ErasureStage::None
        | ErasureStage::Requested { .. }
        | ErasureStage::Withdrawn
        | ErasureStage::Refused => Ok(()),
    }
}

const fn check_not_on_hold(erasure: &Erasure) -> Result<(), ErasureRefusal> {
    if erasure.on_hold {
        return Err(ErasureRefusal::OnLegalHold);
    }
    Ok(())
}
