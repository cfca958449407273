//! Problems of doctors' refusals.

use commands::doctors::DoctorAccountRefusal;
use domain::doctor::DoctorRefusal as Refusal;

use crate::http::calendar_day::not_plannable;
use crate::http::problem::Problem;
use crate::http::problem_type::ProblemType;

/// 404 where the path names what is not there, 409 where the present state forbids it, 422 where
/// the wish itself breaks a rule.
pub fn refusal(refusal: Refusal) -> Problem {
    match refusal {
        // The clinic is part of the path wherever this is said.
        Refusal::NotFound | Refusal::NotAffiliated { .. } => Problem::not_found(),
        Refusal::AlreadyRegistered => ProblemType::DoctorAlreadyRegistered.into(),
        Refusal::AlreadyAffiliated { .. } => ProblemType::DoctorAlreadyAffiliated.into(),
        Refusal::HoursOverlapAtOtherClinic { .. } => ProblemType::HoursOverlapAtOtherClinic.into(),
        Refusal::NotPlannable(own) => not_plannable(own),
        Refusal::NoSpecialisation => ProblemType::NoSpecialisation.into(),
        Refusal::TooManySpecialisations { max } => Problem::titled(
            ProblemType::TooManySpecialisations,
            format!("A doctor has at most {max} specialisations."),
        ),
        Refusal::NoLanguage => ProblemType::NoLanguage.into(),
        Refusal::TooManyLanguages { max } => Problem::titled(
            ProblemType::TooManyLanguages,
            format!("A doctor lists at most {max} languages."),
        ),
        Refusal::FeeInForeignCurrency { charged, given } => Problem::titled(
            ProblemType::FeeInForeignCurrency,
            format!("The clinic charges in {charged}, not in {given}."),
        ),
    }
}

/// The same for a doctor who is only being registered, with an account.
pub fn registration_refusal(own: DoctorAccountRefusal) -> Problem {
    match own {
        DoctorAccountRefusal::Doctor(own) => refusal(own),
        DoctorAccountRefusal::Account(own) => crate::accounts::refusal(own),
        DoctorAccountRefusal::LoginTaken => ProblemType::LoginTaken.into(),
    }
}
