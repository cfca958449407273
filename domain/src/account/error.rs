//! What forbids a request to an account.

use thiserror::Error;

/// Why an account says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AccountRefusal {
    /// An account with this id is registered already.
    #[error("the account is already registered")]
    AlreadyRegistered,
    /// No account was ever registered with this id.
    #[error("there is no such account")]
    NotFound,
    /// Somebody without a role could do nothing at all.
    #[error("an account has at least one role")]
    NoRole,
    /// The account of a patient has to say which patient.
    #[error("an account in the role of a patient belongs to a patient")]
    PatientRoleWithoutPatient,
    /// The account of a doctor has to say which doctor.
    #[error("an account in the role of a doctor belongs to a doctor")]
    DoctorRoleWithoutDoctor,
    /// A front desk stands somewhere: a receptionist works at named clinics, not at all of them and
    /// not at none.
    #[error("a receptionist works at named clinics")]
    ReceptionistWithoutClinic,
    /// Whoever shuts their own account can't undo it.
    #[error("nobody disables their own account")]
    CannotDisableOneself,
}
