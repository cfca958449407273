//! Erasure of patients: requested by one person, approved by another, unless a legal hold is in force.

mod approve;
mod body;
mod certificate;
mod counts;
mod get;
mod lift_hold;
mod list;
mod place_hold;
mod preview;
mod refusal;
mod refuse;
mod request;
mod withdraw;

use actix_web::web::{self, ServiceConfig};
use commands::erasures::ErasureReply;
use domain::{PatientId, Reason};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::response::Versioned;
use crate::http::schemas;

pub(crate) use {
    approve::*, certificate::*, get::*, lift_hold::*, list::*, place_hold::*, preview::*,
    refuse::*, request::*, withdraw::*,
};

/// The routes of this resource.
pub fn routes(config: &mut ServiceConfig) {
    let path = |of: &str| format!("/patients/{{id}}/erasure{of}");
    config
        .route("/erasures", web::get().to(list_erasures))
        .route(&path(""), web::post().to(request_erasure))
        .route(&path(""), web::get().to(get_erasure))
        .route(&path("/preview"), web::get().to(preview_erasure))
        .route(&path("/withdraw"), web::post().to(withdraw_erasure))
        .route(&path("/refuse"), web::post().to(refuse_erasure))
        .route(&path("/approve"), web::post().to(approve_erasure))
        .route(&path("/hold"), web::post().to(place_legal_hold))
        .route(&path("/hold/lift"), web::post().to(lift_legal_hold))
        .route(&path("/certificate"), web::get().to(get_certificate));
}

/// The reason of a step.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReasonRequest {
    /// The reason. It is erased with the patient.
    #[schema(value_type = schemas::Reason)]
    reason: Reason,
}

/// An erasure after a command.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErasureState {
    /// The patient.
    #[schema(value_type = Uuid)]
    patient_id: PatientId,
    /// The status.
    #[schema(value_type = schemas::ErasureStatus)]
    status: &'static str,
    /// True while a legal hold is in force.
    on_legal_hold: bool,
    /// Its version.
    version: i64,
}

impl Versioned for ErasureState {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<ErasureReply> for ErasureState {
    fn from(reply: ErasureReply) -> Self {
        let ErasureReply {
            patient,
            status,
            on_hold,
            version,
        } = reply;
        Self {
            patient_id: patient,
            status: status.as_str(),
            on_legal_hold: on_hold,
            version,
        }
    }
}
