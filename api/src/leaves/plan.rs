//! `POST /api/v1/doctors/{id}/leaves`

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use commands::authorization::permit;
use commands::leaves::PlannedLeave;
use domain::{DoctorId, Reason, Slot};
use serde::Deserialize;
use utoipa::ToSchema;

use super::LeaveState;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::instant::instant;
use crate::http::problem::{Flaw, Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::created;
use crate::http::schemas;

/// A leave of a doctor from all clinics.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LeaveRequest {
    /// The first moment; a full minute, not in the past.
    #[schema(example = "2027-01-03T18:30:00Z")]
    #[serde(deserialize_with = "instant")]
    start: DateTime<Utc>,
    /// The moment after the last; a full minute, at most 366 days later.
    #[schema(example = "2027-01-10T18:30:00Z")]
    #[serde(deserialize_with = "instant")]
    end: DateTime<Utc>,
    /// The reason; up to 500 characters, shown to the doctor and to admins.
    #[schema(value_type = Option<schemas::Reason>)]
    reason: Option<Reason>,
    /// Lets the clinic cancel the visits in that time; else there may be none.
    #[serde(default)]
    #[schema(default = false)]
    cascade: bool,
}

problems!(
    Forbidden,
    NotFound,
    LeaveOverVisits,
    LeaveOverlapsLeave,
    TooManyVisits,
    LeaveInPast,
    LeaveTooLong,
    LeaveBetweenMinutes
);

/// Plan a leave: the doctor may, and an admin of every clinic where the doctor works.
#[utoipa::path(
    post,
    path = "/api/v1/doctors/{id}/leaves",
    tag = "leaves",
    operation_id = "planLeave",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The doctor"),
        IdempotencyHeader,
    ),
    request_body = LeaveRequest,
    responses(
        (status = 201, description = "Planned; its time can't be booked", body = LeaveState),
        Problems,
    ),
)]
pub async fn plan_leave(
    app: Data<App>,
    caller: Access<permit::PlanLeave>,
    Id(doctor): Id<DoctorId>,
    request: CommandRequest<LeaveRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let planned = planned(doctor, request.body)?;
    let done = app
        .commands
        .plan_leave(&caller, planned, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    let location = format!("/api/v1/doctors/{doctor}/leaves");
    Ok(created(&done.map(LeaveState::from), &location))
}

fn planned(doctor: DoctorId, request: LeaveRequest) -> Result<PlannedLeave, Problem> {
    let LeaveRequest {
        start,
        end,
        reason,
        cascade,
    } = request;
    let during = Slot::new(start, end)
        .map_err(|_| Problem::invalid(vec![Flaw::at("/end", "lies after the start")]))?;
    Ok(PlannedLeave {
        doctor,
        during,
        reason,
        cascade,
    })
}
