//! Reasons to refuse a command to a doctor.

use thiserror::Error;

use crate::values::{ClinicId, Currency, NotPlannable};

/// Reason to refuse a command to a doctor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DoctorRefusal {
    /// A doctor with this id is registered already.
    #[error("the doctor is already registered")]
    AlreadyRegistered,
    /// No doctor has this id.
    #[error("there is no such doctor")]
    NotFound,
    /// Patients search by specialisation, so one is needed.
    #[error("a doctor has at least one specialisation")]
    NoSpecialisation,
    /// Too many specialisations.
    #[error("a doctor has at most {max} specialisations")]
    TooManySpecialisations {
        /// The most that is accepted.
        max: usize,
    },
    /// Patients search by language, so one is needed.
    #[error("a doctor speaks at least one language")]
    NoLanguage,
    /// Too many languages.
    #[error("a doctor lists at most {max} languages")]
    TooManyLanguages {
        /// The most that is accepted.
        max: usize,
    },
    /// The doctor works at this clinic already, on other terms.
    #[error("the doctor already works at this clinic on other terms")]
    AlreadyAffiliated {
        /// The clinic.
        clinic: ClinicId,
    },
    /// The doctor does not work at this clinic.
    #[error("the doctor does not work at this clinic")]
    NotAffiliated {
        /// The clinic.
        clinic: ClinicId,
    },
    /// The clinic does not charge in the currency of the fee.
    #[error("the clinic charges in {charged}, not in {given}")]
    FeeInForeignCurrency {
        /// The clinic's currency.
        charged: Currency,
        /// The currency of the fee.
        given: Currency,
    },
    /// The doctor would be at two clinics at the same time.
    #[error("the hours overlap the doctor's hours at another clinic")]
    HoursOverlapAtOtherClinic {
        /// The other clinic.
        clinic: ClinicId,
    },
    /// The date can't be changed any more, or not yet.
    #[error(transparent)]
    NotPlannable(#[from] NotPlannable),
}
