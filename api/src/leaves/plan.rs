//! `POST /api/v1/doctors/{id}/leaves`

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use commands::leaves::PlannedLeave;
use domain::{DoctorId, Reason, Slot};
use serde::Deserialize;
use utoipa::ToSchema;

use super::LeaveState;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::{Access, DoctorOrAdmin};
use crate::http::answer::created;
use crate::http::ids::Id;
use crate::http::problem::{Flaw, Problem, of_command};
use crate::http::submission::Submission;

/// When a doctor will be away, at all clinics.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LeaveRequest {
    /// The first moment; a full minute, not in the past.
    #[schema(example = "2027-01-03T18:30:00Z")]
    start: DateTime<Utc>,
    /// The moment after the last; a full minute, at most 366 days later.
    #[schema(example = "2027-01-10T18:30:00Z")]
    end: DateTime<Utc>,
    /// Why; up to 500 characters, shown to the doctor and to admins.
    #[schema(value_type = Option<String>, example = "A wedding")]
    reason: Option<Reason>,
    /// Whether the clinic calls off the visits in that time; else there may be none.
    #[serde(default)]
    #[schema(default = false)]
    cascade: bool,
}

/// Plan a leave: the doctor may, and an admin of every clinic where the doctor works.
#[utoipa::path(
    post,
    path = "/api/v1/doctors/{id}/leaves",
    tag = "leaves",
    operation_id = "planLeave",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The doctor"),
        ("Idempotency-Key" = Option<String>, Header, description = "Does it once, however often it is sent"),
    ),
    request_body = LeaveRequest,
    responses(
        (status = 201, description = "Planned; nobody can book into it", body = LeaveState),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a doctor or an admin", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such doctor, as far as you may change them", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`leave-over-visits` with the visits as `clashes` (with `cascade`: those that can't be called off), `leave-overlaps-leave`, `too-many-visits`, `request-in-progress`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`leave-in-past`, `leave-too-long`, `leave-between-minutes`, a value breaks a rule, `idempotency-key-reused`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn plan_leave(
    app: Data<App>,
    caller: Access<DoctorOrAdmin>,
    Id(doctor): Id<DoctorId>,
    submission: Submission<LeaveRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = submission.context(&app, caller.account, caller.actor(), None)?;
    let planned = planned(doctor, submission.body)?;
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
