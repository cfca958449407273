//! Problems of accounts' refusals.

use commands::accounts::NewAccountRefusal;
use domain::account::AccountRefusal as Refusal;

use crate::http::problem::Problem;
use crate::http::problem_type::ProblemType;

/// 409 where the present state forbids it, 422 where the wish itself breaks a rule.
pub fn refusal(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NotFound => Problem::not_found(),
        Refusal::AlreadyRegistered => ProblemType::AccountAlreadyRegistered.into(),
        Refusal::NoRole => ProblemType::NoRole.into(),
        Refusal::PatientRoleWithoutPatient => ProblemType::PatientRoleWithoutPatient.into(),
        Refusal::DoctorRoleWithoutDoctor => ProblemType::DoctorRoleWithoutDoctor.into(),
        Refusal::ReceptionistWithoutClinic => ProblemType::ReceptionistWithoutClinic.into(),
        Refusal::Erased => ProblemType::AccountErased.into(),
        Refusal::CannotDisableOneself => ProblemType::CannotDisableOneself.into(),
    }
}

/// The same for an account that is only being registered.
pub fn registration_refusal(own: NewAccountRefusal) -> Problem {
    match own {
        NewAccountRefusal::Account(own) => refusal(own),
        NewAccountRefusal::LoginTaken => ProblemType::LoginTaken.into(),
    }
}
