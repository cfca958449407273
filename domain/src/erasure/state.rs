//! State of an erasure.

use serde::{Deserialize, Serialize};

use super::counts::Counts;
use super::event::ErasureEvent;
use super::fingerprint::KeyFingerprint;
use super::status::ErasureStatus;
use crate::values::{AccountId, SubjectId};

/// The erasure of a person, with what its rules need.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// The person, once something has happened.
    pub person: Option<SubjectId>,
    /// How far it has come.
    pub stage: ErasureStage,
    /// True while a legal hold is in force.
    pub on_hold: bool,
}

/// The stage of an erasure.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ErasureStage {
    /// Nothing is requested.
    #[default]
    None,
    /// A request waits for its approval.
    Requested {
        /// The account that requested it.
        requested_by: Option<AccountId>,
    },
    /// The last request was withdrawn.
    Withdrawn,
    /// The last request was refused.
    Refused,
    /// It was approved or ordered, and is to be carried out.
    Approved {
        /// What there was to erase.
        counts: Counts,
        /// The key that is destroyed.
        key: Option<KeyFingerprint>,
    },
    /// It was carried out.
    Erased,
}

impl ErasureStage {
    /// Returns the stage without what its rules need.
    pub const fn status(&self) -> ErasureStatus {
        match self {
            Self::None => ErasureStatus::None,
            Self::Requested { .. } => ErasureStatus::Requested,
            Self::Withdrawn => ErasureStatus::Withdrawn,
            Self::Refused => ErasureStatus::Refused,
            Self::Approved { .. } => ErasureStatus::Approved,
            Self::Erased => ErasureStatus::Erased,
        }
    }
}

impl Erasure {
    /// Returns whether it was approved, and is to be carried out.
    pub const fn is_due(&self) -> bool {
        matches!(self.stage, ErasureStage::Approved { .. })
    }
}

/// Returns the erasure after one more event.
#[must_use]
pub fn evolve(before: Erasure, event: &ErasureEvent) -> Erasure {
    let person = Some(event.person());
    let (stage, on_hold) = match event {
        ErasureEvent::Requested(requested) => {
            let requested_by = requested.by.account_id();
            (ErasureStage::Requested { requested_by }, before.on_hold)
        }
        ErasureEvent::Withdrawn(_) => (ErasureStage::Withdrawn, before.on_hold),
        ErasureEvent::Refused(_) => (ErasureStage::Refused, before.on_hold),
        ErasureEvent::Approved(approved) => {
            let (counts, key) = (approved.counts, approved.key.clone());
            (ErasureStage::Approved { counts, key }, before.on_hold)
        }
        ErasureEvent::Ordered(ordered) => {
            let (counts, key) = (ordered.counts, ordered.key.clone());
            (ErasureStage::Approved { counts, key }, before.on_hold)
        }
        ErasureEvent::HoldPlaced(_) => (before.stage, true),
        ErasureEvent::HoldLifted(_) => (before.stage, false),
        ErasureEvent::CarriedOut(_) => (ErasureStage::Erased, before.on_hold),
    };
    Erasure {
        person,
        stage,
        on_hold,
    }
}
