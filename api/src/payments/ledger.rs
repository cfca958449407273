//! `GET /api/v1/appointments/{id}/ledger`

use actix_web::web::{Data, Json};
use commands::authorization::permit;
use domain::AppointmentId;
use projections::{patient_appointments, payments};
use serde::Serialize;
use utoipa::ToSchema;

use super::books::{LedgerLine, money_of};
use crate::app::App;
use crate::http::access::Access;
use crate::http::ids::Id;
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::proxies::require_or_proxy;

/// The money that moved for a visit.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LedgerBody {
    /// The visit.
    #[schema(value_type = Uuid)]
    appointment_id: AppointmentId,
    /// Every movement, in the order in which we heard of it.
    entries: Vec<LedgerLine>,
    /// Set if some events could not be applied: something may be missing. Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    parked: bool,
}

problems!(Forbidden, NotFound);

/// The money that moved for a visit: the patient and their proxies see it, the clinic's front desk, its auditors.
#[utoipa::path(
    get,
    path = "/api/v1/appointments/{id}/ledger",
    tag = "payments",
    operation_id = "getLedger",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The appointment"),
        Position,
    ),
    responses(
        (status = 200, description = "The ledger; without entries where no money moved", body = LedgerBody),
        Problems,
    ),
)]
pub async fn get_ledger(
    app: Data<App>,
    caller: Access<permit::ReadPayment>,
    Id(visit): Id<AppointmentId>,
    position: Position,
) -> Result<Json<LedgerBody>, Problem> {
    position.wait_for(&app, patient_appointments::NAME).await?;
    let row = patient_appointments::get(&app.pool, visit).await?;
    let row = row.ok_or_else(Problem::not_found)?;
    let (patient, clinic) = (row.row().patient, row.row().clinic);
    require_or_proxy(&app, &caller, money_of(patient, clinic), &position).await?;
    let parked = position.wait_for(&app, payments::NAME).await?;
    let entries = payments::ledger_of_appointment(&app.pool, visit).await?;
    Ok(Json(LedgerBody {
        appointment_id: visit,
        entries: entries.into_iter().map(LedgerLine::from).collect(),
        parked: parked.any(),
    }))
}
