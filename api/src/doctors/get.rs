//! `GET /api/v1/doctors/{id}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::DoctorId;
use projections::doctor_directory;

use super::DoctorBody;
use crate::app::App;
use crate::http::answer::found;
use crate::http::ids::Id;
use crate::http::position::Position;
use crate::http::problem::Problem;

/// One doctor, verified or not.
#[utoipa::path(
    get,
    path = "/api/v1/doctors/{id}",
    tag = "doctors",
    operation_id = "getDoctor",
    params(
        ("id" = Uuid, Path, description = "The doctor"),
        ("CareSync-Position" = Option<String>, Header, description = "Wait until this position can be read"),
    ),
    responses(
        (status = 200, description = "The doctor", body = DoctorBody),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such doctor", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "`read-model-behind`, with Retry-After", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn get_doctor(
    app: Data<App>,
    Id(doctor): Id<DoctorId>,
    position: Position,
) -> Result<HttpResponse, Problem> {
    let parked = position.wait_for(&app, doctor_directory::NAME).await?;
    let row = doctor_directory::get(&app.pool, doctor)
        .await?
        .ok_or_else(Problem::not_found)?;
    let row = row.open(app.sealing()).await?;
    Ok(found(&DoctorBody {
        parked: parked.has(doctor.as_uuid()),
        ..DoctorBody::from(row)
    }))
}
