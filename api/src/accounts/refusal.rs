//! What a refusal of an account is over HTTP.

use commands::accounts::NewAccountRefusal;
use domain::account::AccountRefusal as Refusal;

use crate::auth::login_taken;
use crate::http::problem::Problem;

/// 409 where the present state forbids it, 422 where the wish itself breaks a rule.
pub fn refusal(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NotFound => Problem::not_found(),
        Refusal::AlreadyRegistered => Problem::conflict(
            "account-already-registered",
            "The account is already registered.",
        ),
        Refusal::NoRole => Problem::unprocessable("no-role", "An account has at least one role."),
        Refusal::PatientRoleWithoutPatient => Problem::unprocessable(
            "patient-role-without-patient",
            "An account in the role of a patient belongs to a patient.",
        ),
        Refusal::DoctorRoleWithoutDoctor => Problem::unprocessable(
            "doctor-role-without-doctor",
            "An account in the role of a doctor belongs to a doctor.",
        ),
        Refusal::ReceptionistWithoutClinic => Problem::unprocessable(
            "receptionist-without-clinic",
            "A receptionist works at named clinics.",
        ),
        Refusal::CannotDisableOneself => Problem::conflict(
            "cannot-disable-oneself",
            "Nobody disables their own account.",
        ),
    }
}

/// The same for an account that is only being registered.
pub fn registration_refusal(own: NewAccountRefusal) -> Problem {
    match own {
        NewAccountRefusal::Account(own) => refusal(own),
        NewAccountRefusal::LoginTaken => login_taken(),
    }
}
