//! Reasons to refuse a command to an account.

use thiserror::Error;

/// Reason to refuse a command to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AccountRefusal {
    /// An account with this id is registered already.
    #[error("the account is already registered")]
    AlreadyRegistered,
    /// No account has this id.
    #[error("there is no such account")]
    NotFound,
    /// An account without a role could do nothing.
    #[error("an account has at least one role")]
    NoRole,
    /// The role of a patient needs the patient's id.
    #[error("an account in the role of a patient belongs to a patient")]
    PatientRoleWithoutPatient,
    /// The role of a doctor needs the doctor's id.
    #[error("an account in the role of a doctor belongs to a doctor")]
    DoctorRoleWithoutDoctor,
    /// A receptionist works at named clinics: neither at all of them nor at none.
    #[error("a receptionist works at named clinics")]
    ReceptionistWithoutClinic,
    /// The person was erased, so the account has ended for good.
    #[error("the person of the account was erased")]
    Erased,
    /// An account that disables itself could not undo it.
    #[error("an account can't disable itself")]
    CannotDisableOneself,
}
