//! `GET /api/v1/patients/{id}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::{Resource, permit};
use commands::ports::{AccessedItem, ItemKind};
use domain::PatientId;
use projections::patient_card;

use super::PatientBody;
use crate::app::App;
use crate::http::access::Access;
use crate::http::ids::Id;
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::response::found;

problems!(Forbidden, NotFound, AccessLogUnavailable);

/// A patient's card: the patient, their proxies and the front desk see it.
#[utoipa::path(
    get,
    path = "/api/v1/patients/{id}",
    tag = "patients",
    operation_id = "getPatient",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        Position,
    ),
    responses(
        (status = 200, description = "The card", body = PatientBody),
        Problems,
    ),
)]
pub async fn get_patient(
    app: Data<App>,
    caller: Access<permit::ReadPatient>,
    Id(patient): Id<PatientId>,
    position: Position,
) -> Result<HttpResponse, Problem> {
    let parked = position.wait_for(&app, patient_card::NAME).await?;
    let card = patient_card::get(&app.pool, patient).await?;
    let card = card.ok_or_else(Problem::not_found)?;
    let proxied = card.row().proxies.contains(&caller.account);
    let resource = Resource::of_patient(patient).proxied(proxied);
    let item = AccessedItem::new(ItemKind::Card, patient.as_uuid());
    let disclosure = caller.disclose(&resource, item).await?;
    let card = card.open(disclosure.sealing()).await?;
    Ok(found(&PatientBody {
        parked: parked.has(patient.as_uuid()),
        ..PatientBody::from(card)
    }))
}
