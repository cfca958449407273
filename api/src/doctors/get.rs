//! `GET /api/v1/doctors/{id}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::DoctorId;
use projections::doctor_directory;

use super::DoctorBody;
use crate::app::App;
use crate::http::ids::Id;
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::response::found;

problems!(NotFound);

/// One doctor, verified or not.
#[utoipa::path(
    get,
    path = "/api/v1/doctors/{id}",
    tag = "doctors",
    operation_id = "getDoctor",
    params(
        ("id" = Uuid, Path, description = "The doctor"),
        Position,
    ),
    responses(
        (status = 200, description = "The doctor", body = DoctorBody),
        Problems,
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
    let row = row.open(app.staff_sealing()).await?;
    Ok(found(&DoctorBody {
        parked: parked.has(doctor.as_uuid()),
        ..DoctorBody::from(row)
    }))
}
