//! Consents of patients: the purposes for which others may use the record.

mod grant;
mod list;
mod owner;
mod purpose;
mod refusal;
mod withdraw;

use actix_web::web::{self, ServiceConfig};
use commands::consents::ConsentReply;
use domain::{ConsentId, PatientId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::response::Versioned;

pub(crate) use {grant::*, list::*, withdraw::*};

/// The routes of this resource.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/patients/{id}/consents", web::get().to(list_consents))
        .route("/patients/{id}/consents", web::post().to(grant_consent))
        .route(
            "/patients/{id}/consents/{consentId}",
            web::delete().to(withdraw_consent),
        );
}

/// A consent after a command.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsentState {
    /// The consent.
    #[schema(value_type = Uuid)]
    pub id: ConsentId,
    /// The patient.
    #[schema(value_type = Uuid)]
    pub patient_id: PatientId,
    /// The version of the patient's consents.
    pub version: i64,
}

impl Versioned for ConsentState {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<ConsentReply> for ConsentState {
    fn from(reply: ConsentReply) -> Self {
        let ConsentReply {
            consent,
            patient,
            version,
        } = reply;
        Self {
            id: consent,
            patient_id: patient,
            version,
        }
    }
}
