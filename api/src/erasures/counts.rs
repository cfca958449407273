//! Counts of what an erasure makes unreadable, and of what stays.

use domain::erasure::{Counts, ErasedCounts, KeptCounts};
use serde::Serialize;
use utoipa::ToSchema;

/// Counts of what is stored about a patient.
#[derive(Serialize, ToSchema)]
pub struct CountsBody {
    /// What an erasure makes unreadable or removes.
    erased: ErasedCountsBody,
    /// What stays, without anything that identifies the patient.
    kept: KeptCountsBody,
}

impl From<Counts> for CountsBody {
    fn from(counts: Counts) -> Self {
        Self {
            erased: counts.erased.into(),
            kept: counts.kept.into(),
        }
    }
}

/// Defines a body with the counts of a domain type.
macro_rules! counts {
    ($(#[doc = $doc:literal])+ $name:ident from $counts:ident {
        $($(#[doc = $field_doc:literal])+ $field:ident,)+
    }) => {
        $(#[doc = $doc])+
        #[derive(Serialize, ToSchema)]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            $($(#[doc = $field_doc])+ $field: u32,)+
        }

        impl From<$counts> for $name {
            fn from(counts: $counts) -> Self {
                let $counts { $($field,)+ } = counts;
                Self { $($field,)+ }
            }
        }
    };
}

counts! {
    /// Counts of what an erasure makes unreadable or removes.
    ErasedCountsBody from ErasedCounts {
        /// Accounts, with their addresses.
        accounts,
        /// Sessions that are open.
        sessions,
        /// Cards, with name, birth date, contact and profile.
        cards,
        /// Appointments, with their reasons.
        appointments,
        /// Signed notes.
        notes,
        /// Drafts of notes.
        drafts,
        /// Prescriptions.
        prescriptions,
        /// Allergies.
        allergies,
        /// Sets of vital signs.
        vitals,
        /// Items of the health summary.
        summary_items,
        /// Purposes of consents.
        consents,
        /// Reasons of emergency accesses.
        emergency_accesses,
        /// Mails that wait.
        mails,
    }
}

counts! {
    /// Counts of what stays, without anything that identifies the patient.
    KeptCountsBody from KeptCounts {
        /// Payments, with their amounts.
        payments,
        /// Entries of the ledger.
        ledger_entries,
        /// Rows of the access log, which hold ids.
        access_log_rows,
    }
}
