//! Commands of an erasure.

use chrono::{DateTime, NaiveDate, Utc};

use super::counts::Counts;
use super::fingerprint::KeyFingerprint;
use crate::values::{Actor, Reason, SubjectId};

/// A command to the erasure of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErasureCommand {
    /// Request it.
    Request(RequestErasure),
    /// Withdraw one's own request.
    Withdraw(WithdrawErasure),
    /// Refuse a request.
    Refuse(RefuseErasure),
    /// Approve a request of another.
    Approve(ApproveErasure),
    /// Order it as an operator.
    Order(OrderErasure),
    /// Place a legal hold.
    PlaceHold(PlaceLegalHold),
    /// Lift the legal hold.
    LiftHold(LiftLegalHold),
    /// Certify that it was carried out.
    Certify(CertifyErasure),
}

/// Requests the erasure of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestErasure {
    /// The person.
    pub person: SubjectId,
    /// The reason.
    pub reason: Reason,
    /// The actor who requests it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Withdraws one's own request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithdrawErasure {
    /// The reason.
    pub reason: Reason,
    /// The actor who withdraws it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Refuses a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefuseErasure {
    /// The reason.
    pub reason: Reason,
    /// The actor who refuses it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Approves a request of another account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApproveErasure {
    /// True if the actor is the person who is to be erased.
    pub is_person: bool,
    /// What there is to erase.
    pub counts: Counts,
    /// The key that will be destroyed, if there is one that can be read.
    pub key: Option<KeyFingerprint>,
    /// The actor who approves it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Orders the erasure of a person, at the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderErasure {
    /// The person.
    pub person: SubjectId,
    /// What there is to erase.
    pub counts: Counts,
    /// The key that will be destroyed, if there is one that can be read.
    pub key: Option<KeyFingerprint>,
    /// The actor who orders it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Places a legal hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceLegalHold {
    /// The person.
    pub person: SubjectId,
    /// The reason.
    pub reason: Reason,
    /// The actor who places it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Lifts the legal hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiftLegalHold {
    /// The reason.
    pub reason: Reason,
    /// The actor who lifts it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Certifies that an erasure was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertifyErasure {
    /// What was found before it was erased.
    pub counts: Counts,
    /// The day from which on no backup that is kept can be read about the person.
    pub backups_unreadable_from: NaiveDate,
    /// Time of the command.
    pub at: DateTime<Utc>,
}
