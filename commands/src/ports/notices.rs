//! Recipients of notices about a patient's chart.

use async_trait::async_trait;
use domain::{ClinicId, EmailAddress, PatientId};

use crate::Fault;

/// The addresses of those who are told of an emergency access.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct NoticeAddresses {
    /// The patient.
    pub patient: Vec<EmailAddress>,
    /// The admins of the clinic.
    pub admins: Vec<EmailAddress>,
}

/// Shows no address.
impl std::fmt::Debug for NoticeAddresses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (patient, admins) = (self.patient.len(), self.admins.len());
        write!(
            f,
            "NoticeAddresses({patient} of the patient, {admins} of admins)"
        )
    }
}

/// Finds the addresses of those who are told of an emergency access.
#[async_trait]
pub trait NoticeRecipients: Send + Sync {
    /// Returns the addresses of a patient and of a clinic's admins.
    async fn find(&self, patient: PatientId, clinic: ClinicId) -> Result<NoticeAddresses, Fault>;
}
