//! `GET /api/v1/patients/{id}/allergies`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use domain::PatientId;

use super::AllergyListBody;
use crate::app::App;
use crate::http::access::Access;
use crate::http::ids::Id;
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::query::Query;
use crate::http::response::found;
use crate::records::as_of::AsOfParameters;
use crate::records::chart::read_chart;

problems!(Forbidden, NotFound, AccessLogUnavailable);

/// A patient's allergies: the patient, proxies and doctors who treat the patient see them. They are read from the log, and so
/// never behind. An empty list says that none was recorded, not that there is none; what the patient has not allowed the caller to see is counted.
#[utoipa::path(
    get,
    path = "/api/v1/patients/{id}/allergies",
    tag = "records",
    operation_id = "listAllergies",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        AsOfParameters,
        Position,
    ),
    responses(
        (status = 200, description = "The allergies", body = AllergyListBody),
        Problems,
    ),
)]
pub async fn list_allergies(
    app: Data<App>,
    caller: Access<permit::ReadAllergies>,
    Id(patient): Id<PatientId>,
    Query(parameters): Query<AsOfParameters>,
    position: Position,
) -> Result<HttpResponse, Problem> {
    let chart = read_chart(&app, &caller, patient, patient.as_uuid(), &position).await?;
    let view = app.records.allergies(patient, parameters.as_of).await?;
    let body = AllergyListBody::new(patient, view, &chart);
    Ok(match body.version {
        // No version to insist on.
        0 => HttpResponse::Ok().json(body),
        _ => found(&body),
    })
}
