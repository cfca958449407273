//! What forbids a request to a doctor.

use thiserror::Error;

use crate::values::{ClinicId, Currency, NotPlannable};

/// Why a doctor's record says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DoctorRefusal {
    /// A doctor with this id is registered already.
    #[error("the doctor is already registered")]
    AlreadyRegistered,
    /// No doctor was ever registered with this id.
    #[error("there is no such doctor")]
    NotFound,
    /// Nobody could find a doctor without one.
    #[error("a doctor has at least one specialisation")]
    NoSpecialisation,
    /// More specialisations than one person has.
    #[error("a doctor has at most {max} specialisations")]
    TooManySpecialisations {
        /// The most that is accepted.
        max: usize,
    },
    /// Nobody could talk to a doctor without one.
    #[error("a doctor speaks at least one language")]
    NoLanguage,
    /// More languages than one person consults in.
    #[error("a doctor lists at most {max} languages")]
    TooManyLanguages {
        /// The most that is accepted.
        max: usize,
    },
    /// The doctor works at this clinic already, on other terms.
    #[error("the doctor already works at this clinic on other terms")]
    AlreadyAffiliated {
        /// Which clinic.
        clinic: ClinicId,
    },
    /// The doctor does not work at this clinic.
    #[error("the doctor does not work at this clinic")]
    NotAffiliated {
        /// Which clinic.
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
    /// The doctor would be at two clinics at once.
    #[error("the hours overlap the doctor's hours at another clinic")]
    HoursOverlapAtOtherClinic {
        /// The other clinic.
        clinic: ClinicId,
    },
    /// Nothing more can be said of that date.
    #[error(transparent)]
    NotPlannable(#[from] NotPlannable),
}
