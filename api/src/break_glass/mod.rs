//! Emergency accesses to charts: open one, list those to review, review one.

mod list;
mod open;
mod refusal;
mod review;

use actix_web::web::{self, ServiceConfig};
use chrono::{DateTime, Utc};
use commands::break_glass::BreakGlassReply;
use domain::break_glass::Verdict;
use domain::{BreakGlassId, PatientId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::response::Versioned;
use crate::http::schemas;

pub(crate) use {list::*, open::*, review::*};

/// The routes of this resource.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/patients/{id}/break-glass", web::post().to(break_glass))
        .route("/break-glass", web::get().to(list_break_glass))
        .route(
            "/break-glass/{id}/review",
            web::post().to(review_break_glass),
        );
}

/// An emergency access after a command.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BreakGlassState {
    /// The access.
    #[schema(value_type = Uuid)]
    id: BreakGlassId,
    /// The patient.
    #[schema(value_type = Uuid)]
    patient_id: PatientId,
    /// The end of the access.
    until: DateTime<Utc>,
    /// The verdict, once it was reviewed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::Verdict>)]
    verdict: Option<&'static str>,
    /// Its version.
    version: i64,
}

impl Versioned for BreakGlassState {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<BreakGlassReply> for BreakGlassState {
    fn from(reply: BreakGlassReply) -> Self {
        let BreakGlassReply {
            break_glass,
            patient,
            until,
            verdict,
            version,
        } = reply;
        Self {
            id: break_glass,
            patient_id: patient,
            until,
            verdict: verdict.map(Verdict::as_str),
            version,
        }
    }
}
