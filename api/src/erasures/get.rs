//! `GET /api/v1/patients/{id}/erasure`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::{Resource, permit};
use commands::ports::{AccessedItem, ItemKind};
use domain::PatientId;
use projections::erasures;

use super::body::ErasureBody;
use crate::app::App;
use crate::http::access::Access;
use crate::http::ids::Id;
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::response::found;

problems!(Forbidden, NotFound, AccessLogUnavailable);

/// How it stands with the erasure of a patient: the patient may read it, admins and auditors of the group. Without a request
/// or a legal hold there is none.
#[utoipa::path(
    get,
    path = "/api/v1/patients/{id}/erasure",
    tag = "patients",
    operation_id = "getErasure",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        Position,
    ),
    responses(
        (status = 200, description = "The last request, and the legal hold", body = ErasureBody),
        Problems,
    ),
)]
pub async fn get_erasure(
    app: Data<App>,
    caller: Access<permit::ReadErasure>,
    Id(patient): Id<PatientId>,
    position: Position,
) -> Result<HttpResponse, Problem> {
    position.wait_for(&app, erasures::NAME).await?;
    let item = AccessedItem::new(ItemKind::Erasure, patient.as_uuid());
    let owner = Resource::of_patient(patient);
    let disclosure = caller.disclose(&owner, item).await?;
    let row = erasures::get(&app.pool, patient.subject()).await?;
    let row = row.ok_or_else(Problem::not_found)?;
    let row = row.open(disclosure.sealing()).await?;
    Ok(found(&ErasureBody::from(row)))
}
