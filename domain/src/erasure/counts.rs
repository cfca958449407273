//! Counts of what an erasure makes unreadable, and of what stays.

use serde::{Deserialize, Serialize};

/// Counts of what is stored about a person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Made unreadable, or removed.
    pub erased: ErasedCounts,
    /// Kept, without anything that identifies the person.
    pub kept: KeptCounts,
}

macro_rules! counts {
    ($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $field_doc:literal])+ $field:ident,)+ }) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        pub struct $name {
            $($(#[doc = $field_doc])+ pub $field: u32,)+
        }

        impl $name {
            /// Returns the larger one of each two counts.
            #[must_use]
            pub fn max(self, other: Self) -> Self {
                Self { $($field: self.$field.max(other.$field),)+ }
            }
        }
    };
}

counts! {
    /// Counts of what an erasure makes unreadable or removes. A new kind is a line here; in older events it is 0.
    ErasedCounts {
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
    /// Counts of what stays, without anything that identifies the person.
    KeptCounts {
        /// Payments, with their amounts.
        payments,
        /// Entries of the ledger.
        ledger_entries,
        /// Rows of the access log, which hold ids.
        access_log_rows,
    }
}

impl Counts {
    /// Returns the larger one of each two counts.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self {
            erased: self.erased.max(other.erased),
            kept: self.kept.max(other.kept),
        }
    }
}
