//! State of an emergency access.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::event::BreakGlassEvent;
use super::verdict::Verdict;
use crate::values::{AccountId, BreakGlassId, ClinicId, PatientId};

/// An emergency access, with what its rules need.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BreakGlass {
    /// Nothing has happened yet.
    #[default]
    Unopened,
    /// The record was opened.
    Opened(OpenedBreakGlass),
}

/// An emergency access after it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedBreakGlass {
    /// The access.
    pub break_glass: BreakGlassId,
    /// The patient.
    pub patient: PatientId,
    /// The account that has access.
    pub account: AccountId,
    /// The clinic whose admins review it.
    pub clinic: ClinicId,
    /// End of the access.
    pub until: DateTime<Utc>,
    /// The verdict, once it was reviewed.
    pub verdict: Option<Verdict>,
}

impl BreakGlass {
    /// Returns the access, once it was opened.
    pub const fn opened(&self) -> Option<&OpenedBreakGlass> {
        match self {
            Self::Unopened => None,
            Self::Opened(opened) => Some(opened),
        }
    }
}

/// Returns the access after one more event. An event that can't follow changes nothing.
#[must_use]
pub fn evolve(state: BreakGlass, event: &BreakGlassEvent) -> BreakGlass {
    match (state, event) {
        (BreakGlass::Unopened, BreakGlassEvent::Opened(opened)) => {
            BreakGlass::Opened(OpenedBreakGlass {
                break_glass: opened.break_glass,
                patient: opened.patient,
                account: opened.account,
                clinic: opened.clinic,
                until: opened.until,
                verdict: None,
            })
        }
        (BreakGlass::Opened(opened), BreakGlassEvent::Reviewed(reviewed)) => {
            BreakGlass::Opened(OpenedBreakGlass {
                verdict: opened.verdict.or(Some(reviewed.verdict)),
                ..opened
            })
        }
        (state @ BreakGlass::Opened(_), BreakGlassEvent::Opened(_))
        | (state @ BreakGlass::Unopened, BreakGlassEvent::Reviewed(_)) => state,
    }
}
