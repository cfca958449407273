//! What a refusal of a doctor is over HTTP.

use commands::doctors::DoctorAccountRefusal;
use domain::doctor::DoctorRefusal as Refusal;

use crate::auth::login_taken;
use crate::http::calendar_day::not_plannable;
use crate::http::problem::Problem;

/// 404 where the path names what is not there, 409 where the present state forbids it, 422 where
/// the wish itself breaks a rule.
pub fn refusal(refusal: Refusal) -> Problem {
    match refusal {
        // The clinic is part of the path wherever this is said.
        Refusal::NotFound | Refusal::NotAffiliated { .. } => Problem::not_found(),
        Refusal::AlreadyRegistered => Problem::conflict(
            "doctor-already-registered",
            "The doctor is already registered.",
        ),
        Refusal::AlreadyAffiliated { .. } => Problem::conflict(
            "doctor-already-affiliated",
            "The doctor already works at this clinic on other terms.",
        ),
        Refusal::HoursOverlapAtOtherClinic { .. } => Problem::conflict(
            "hours-overlap-at-other-clinic",
            "The doctor is at another clinic at these hours.",
        ),
        Refusal::NotPlannable(own) => not_plannable(own),
        Refusal::NoSpecialisation => Problem::unprocessable(
            "no-specialisation",
            "A doctor has at least one specialisation.",
        ),
        Refusal::TooManySpecialisations { max } => Problem::unprocessable(
            "too-many-specialisations",
            format!("A doctor has at most {max} specialisations."),
        ),
        Refusal::NoLanguage => {
            Problem::unprocessable("no-language", "A doctor speaks at least one language.")
        }
        Refusal::TooManyLanguages { max } => Problem::unprocessable(
            "too-many-languages",
            format!("A doctor lists at most {max} languages."),
        ),
        Refusal::FeeInForeignCurrency { charged, given } => Problem::unprocessable(
            "fee-in-foreign-currency",
            format!("The clinic charges in {charged}, not in {given}."),
        ),
    }
}

/// The same for a doctor who is only being registered, with an account.
pub fn registration_refusal(own: DoctorAccountRefusal) -> Problem {
    match own {
        DoctorAccountRefusal::Doctor(own) => refusal(own),
        DoctorAccountRefusal::Account(own) => crate::accounts::refusal(own),
        DoctorAccountRefusal::LoginTaken => login_taken(),
    }
}
