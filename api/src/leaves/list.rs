//! `GET /api/v1/doctors/{id}/leaves`

use actix_web::web::{Data, Json};
use chrono::{DateTime, Utc};
use commands::authorization::permit;
use commands::leaves::LeaveVisibility;
use domain::{DoctorId, LeaveId, Reason, Slot};
use projections::leaves::{self, DoctorLeave};
use projections::open_all;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::http::access::Access;
use crate::http::ids::Id;
use crate::http::instant::instant_if_any;
use crate::http::position::Position;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::query::Query;
use crate::http::schemas;

/// A range of leaves.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LeavesParameters {
    /// Only what is not over at this moment; now if not given.
    #[serde(default, deserialize_with = "instant_if_any")]
    from: Option<DateTime<Utc>>,
}

/// The leaves of a doctor.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeavesBody {
    /// Earliest first, at most 200; without those that were withdrawn.
    items: Vec<LeaveBody>,
    /// Set if some events could not be applied: something may be missing or as it was before. Absent if
    /// not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    parked: bool,
}

/// One leave.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeaveBody {
    /// The leave.
    #[schema(value_type = Uuid)]
    id: LeaveId,
    /// The time away.
    #[schema(value_type = schemas::SlotBody)]
    during: Slot,
    /// The reason, for the doctor and for admins; absent if none was given, or once erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::Reason>)]
    reason: Option<Reason>,
    /// Set if what is stored about the person can't be opened, because a key was lost; the server's log says which.
    /// Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    unreadable: bool,
    /// Its version, as in its `ETag`.
    version: i64,
}

impl LeaveBody {
    fn new(leave: &DoctorLeave, sight: LeaveVisibility) -> Self {
        let reason = leave
            .reason()
            .filter(|_| sight == LeaveVisibility::WithReasons);
        Self {
            id: leave.leave,
            during: leave.during,
            reason: reason.cloned(),
            unreadable: leave.phi.is_unreadable(),
            version: leave.version,
        }
    }
}

problems!(Forbidden, NotFound);

/// The leaves of a doctor: the doctor may know, and the staff of a clinic where the doctor works.
#[utoipa::path(
    get,
    path = "/api/v1/doctors/{id}/leaves",
    tag = "leaves",
    operation_id = "listLeaves",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The doctor"),
        LeavesParameters,
        Position,
    ),
    responses(
        (status = 200, description = "The leaves", body = LeavesBody),
        Problems,
    ),
)]
pub async fn list_leaves(
    app: Data<App>,
    caller: Access<permit::ReadLeave>,
    Id(doctor): Id<DoctorId>,
    Query(parameters): Query<LeavesParameters>,
    position: Position,
) -> Result<Json<LeavesBody>, Problem> {
    let sight = app
        .commands
        .leave_visibility(&caller, doctor)
        .await
        .map_err(|error| of_command(error, |never| match never {}))?;
    let parked = position.wait_for(&app, leaves::NAME).await?;
    let from = parameters.from.unwrap_or_else(|| app.clock.now());
    let rows = leaves::of_doctor(&app.pool, doctor, from).await?;
    let rows = open_all(app.staff_sealing(), rows).await?;
    let items = rows.iter().map(|row| LeaveBody::new(row, sight)).collect();
    let parked = parked.any();
    Ok(Json(LeavesBody { items, parked }))
}
