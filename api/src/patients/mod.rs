//! Patients' cards: register, look, reach, their profile, and who may act for whom.

mod access_log;
mod add_proxy;
mod change_contact;
mod change_profile;
mod get;
mod get_profile;
mod profile;
mod record_illnesses;
mod refusal;
mod register;
mod remove_proxy;

use actix_web::web::{self, ServiceConfig};
use commands::patients::PatientReply;
use domain::{AccountId, BirthDate, EmailAddress, PatientId, PersonName, PhoneNumber};
use projections::patient_card::PatientCard;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::problem::{Flaw, Problem};
use crate::http::response::Versioned;
use crate::http::schemas;

pub(crate) use refusal::refusal;
pub(crate) use {
    access_log::*, add_proxy::*, change_contact::*, get::*, register::*, remove_proxy::*,
};
pub(crate) use {change_profile::*, get_profile::*, profile::*, record_illnesses::*};

/// The routes of this resource.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/patients", web::post().to(register_patient))
        .route("/patients/{id}", web::get().to(get_patient))
        .route("/patients/{id}/contact", web::put().to(change_contact))
        .route("/patients/{id}/profile", web::get().to(get_profile))
        .route("/patients/{id}/profile", web::post().to(change_profile))
        .route("/patients/{id}/illnesses", web::put().to(record_illnesses))
        .route("/patients/{id}/access-log", web::get().to(list_accesses))
        .route("/patients/{id}/proxies", web::post().to(add_proxy))
        .route(
            "/patients/{id}/proxies/{accountId}",
            web::delete().to(remove_proxy),
        );
}

/// A patient's card after a command.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PatientState {
    /// The patient.
    #[schema(value_type = Uuid)]
    pub id: PatientId,
    /// The card's version, as in the `ETag`.
    pub version: i64,
}

/// A patient's card. Once the patient was erased, it says no more than that there was one.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PatientBody {
    /// The patient.
    #[schema(value_type = Uuid)]
    pub id: PatientId,
    /// The full name; absent once erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::PersonName>)]
    pub name: Option<PersonName>,
    /// The date of birth; absent once erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date, example = "1990-04-17")]
    pub birth_date: Option<BirthDate>,
    /// A telephone number, E.164; absent where there is none, or once erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::PhoneNumber>)]
    pub phone: Option<PhoneNumber>,
    /// An e-mail address; absent where there is none, or once erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::EmailAddress>)]
    pub email: Option<EmailAddress>,
    /// The accounts that may act for the patient.
    #[schema(value_type = Vec<Uuid>)]
    pub proxies: Vec<AccountId>,
    /// The card's version, as in the `ETag`.
    pub version: i64,
    /// Set if what is stored about the person can't be opened, because a key was lost; the server's log says which.
    /// Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    pub unreadable: bool,
    /// Set if a later event of it could not be applied: it is shown as it was before. Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    pub parked: bool,
}

impl Versioned for PatientState {
    fn version(&self) -> i64 {
        self.version
    }
}

impl Versioned for PatientBody {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<PatientReply> for PatientState {
    fn from(reply: PatientReply) -> Self {
        let PatientReply { patient, version } = reply;
        Self {
            id: patient,
            version,
        }
    }
}

impl From<PatientCard> for PatientBody {
    fn from(card: PatientCard) -> Self {
        Self {
            unreadable: card.phi.is_unreadable(),
            id: card.patient,
            name: card.name().cloned(),
            birth_date: card.birth_date(),
            phone: card.phone().cloned(),
            email: card.email().cloned(),
            proxies: card.proxies.into_iter().collect(),
            version: card.version,
            parked: false,
        }
    }
}

/// A date of birth, today being what our clock says.
pub(crate) fn birth_date(born: chrono::NaiveDate, app: &App) -> Result<BirthDate, Problem> {
    BirthDate::parse(born, app.clock.now().date_naive())
        .map_err(|error| Problem::invalid(vec![Flaw::at("/birthDate", error.to_string())]))
}
