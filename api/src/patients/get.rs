//! `GET /api/v1/patients/{id}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::may_see_patient;
use domain::PatientId;
use projections::patient_card;

use super::PatientBody;
use crate::app::App;
use crate::http::access::{Access, Bookers};
use crate::http::answer::found;
use crate::http::ids::Id;
use crate::http::position::Position;
use crate::http::problem::Problem;

/// A patient's card: the patient, their proxies and the front desk see it.
#[utoipa::path(
    get,
    path = "/api/v1/patients/{id}",
    tag = "patients",
    operation_id = "getPatient",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        ("CareSync-Position" = Option<String>, Header, description = "Wait until this position can be read"),
    ),
    responses(
        (status = 200, description = "The card", body = PatientBody),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a patient or the front desk", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such patient, as far as you may know", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "`read-model-behind`, with Retry-After", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn get_patient(
    app: Data<App>,
    caller: Access<Bookers>,
    Id(patient): Id<PatientId>,
    position: Position,
) -> Result<HttpResponse, Problem> {
    let parked = position.wait_for(&app, patient_card::NAME).await?;
    let card = patient_card::get(&app.pool, patient)
        .await?
        .filter(|card| {
            let proxy = card.row().proxies.contains(&caller.account);
            may_see_patient(&caller, patient, proxy)
        })
        .ok_or_else(Problem::not_found)?;
    let card = card.open(app.sealing()).await?;
    Ok(found(&PatientBody {
        parked: parked.has(patient.as_uuid()),
        ..PatientBody::from(card)
    }))
}
