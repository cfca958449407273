//! `GET /api/v1/clinics/{id}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::ClinicId;
use projections::clinic_directory;

use super::ClinicBody;
use crate::app::App;
use crate::http::ids::Id;
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::response::found;

problems!(NotFound);

/// One clinic.
#[utoipa::path(
    get,
    path = "/api/v1/clinics/{id}",
    tag = "clinics",
    operation_id = "getClinic",
    params(
        ("id" = Uuid, Path, description = "The clinic"),
        Position,
    ),
    responses(
        (status = 200, description = "The clinic", body = ClinicBody),
        Problems,
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
