//! The mark of an entry that should not have been made.

use serde::{Deserialize, Serialize};

use crate::values::Reason;

/// Protected health information of an event that marks an entry as entered in error: the entry is hidden and stays in
/// the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnteredInErrorPhi {
    /// The reason.
    pub reason: Reason,
}
