//! `GET /api/v1/clinics/{id}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::ClinicId;
use projections::clinic_directory;

use super::ClinicBody;
use crate::app::App;
use crate::http::answer::found;
use crate::http::ids::Id;
use crate::http::position::Position;
use crate::http::problem::Problem;

/// One clinic.
#[utoipa::path(
    get,
    path = "/api/v1/clinics/{id}",
    tag = "clinics",
    operation_id = "getClinic",
    params(
        ("id" = Uuid, Path, description = "The clinic"),
        ("CareSync-Position" = Option<String>, Header, description = "Wait until this position can be read"),
    ),
    responses(
        (status = 200, description = "The clinic", body = ClinicBody),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such clinic", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "`read-model-behind`, with Retry-After", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn get_clinic(
    app: Data<App>,
    Id(clinic): Id<ClinicId>,
    position: Position,
) -> Result<HttpResponse, Problem> {
    let parked = position.wait_for(&app, clinic_directory::NAME).await?;
    let row = clinic_directory::get(&app.pool, clinic)
        .await?
        .ok_or_else(Problem::not_found)?;
    Ok(found(&ClinicBody {
        parked: parked.has(clinic.as_uuid()),
        ..ClinicBody::from(row)
    }))
}
