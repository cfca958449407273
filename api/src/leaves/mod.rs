//! The leave of doctors: plan it, see it, withdraw it.

mod list;
mod plan;
mod refusal;
mod withdraw;

use actix_web::web::{self, ServiceConfig};
use commands::leaves::LeaveReply;
use domain::{AppointmentId, DoctorId, LeaveId, Slot};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::response::Versioned;
use crate::http::schemas;

pub(crate) use {list::*, plan::*, withdraw::*};

/// The routes of this resource.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/doctors/{id}/leaves", web::post().to(plan_leave))
        .route("/doctors/{id}/leaves", web::get().to(list_leaves))
        .route("/leaves/{id}/withdraw", web::post().to(withdraw_leave));
}

/// A leave after a command.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeaveState {
    /// The leave.
    #[schema(value_type = Uuid)]
    id: LeaveId,
    /// The doctor who is away.
    #[schema(value_type = Uuid)]
    doctor_id: DoctorId,
    /// The time away.
    #[schema(value_type = schemas::SlotBody)]
    during: Slot,
    /// The visits that were called off for it.
    #[schema(value_type = Vec<Uuid>)]
    cancelled: Vec<AppointmentId>,
    /// Its version, as in the `ETag`.
    version: i64,
}

impl Versioned for LeaveState {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<LeaveReply> for LeaveState {
    fn from(reply: LeaveReply) -> Self {
        Self {
            id: reply.leave,
            doctor_id: reply.doctor,
            during: reply.during,
            cancelled: reply.cancelled,
            version: reply.version,
        }
    }
}
