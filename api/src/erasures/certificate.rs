//! `GET /api/v1/patients/{id}/erasure/certificate`

use actix_web::web::{Data, Json};
use commands::authorization::{Resource, permit};
use domain::PatientId;
use projections::erasures;

use super::body::CertificateBody;
use crate::app::App;
use crate::http::access::Access;
use crate::http::ids::Id;
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;

problems!(Forbidden, NotFound);

/// The certificate of the erasure of a patient, once it was carried out.
#[utoipa::path(
    get,
    path = "/api/v1/patients/{id}/erasure/certificate",
    tag = "patients",
    operation_id = "getErasureCertificate",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        Position,
    ),
    responses(
        (status = 200, description = "The certificate", body = CertificateBody),
        Problems,
    ),
)]
pub async fn get_certificate(
    app: Data<App>,
    caller: Access<permit::ReadErasure>,
    Id(patient): Id<PatientId>,
    position: Position,
) -> Result<Json<CertificateBody>, Problem> {
    caller.require(&Resource::of_patient(patient))?;
    position.wait_for(&app, erasures::NAME).await?;
    let row = erasures::get(&app.pool, patient.subject()).await?;
    let certificate = row.and_then(|row| row.row().certificate.clone());
    let certificate = certificate.ok_or_else(Problem::not_found)?;
    Ok(Json(CertificateBody::new(patient, certificate)))
}
