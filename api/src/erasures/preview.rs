//! `GET /api/v1/patients/{id}/erasure/preview`

use actix_web::web::{Data, Json};
use commands::authorization::{Resource, permit};
use commands::ports::{AccessedItem, ItemKind};
use domain::PatientId;

use super::counts::CountsBody;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::Access;
use crate::http::ids::Id;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;

problems!(Forbidden, NotFound, PatientErased, AccessLogUnavailable);

/// What an erasure of the patient would make unreadable or remove, and what it would leave, in numbers.
#[utoipa::path(
    get,
    path = "/api/v1/patients/{id}/erasure/preview",
    tag = "patients",
    operation_id = "previewErasure",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The patient")),
    responses(
        (status = 200, description = "The numbers, as the read models have them", body = CountsBody),
        Problems,
    ),
)]
pub async fn preview_erasure(
    app: Data<App>,
    caller: Access<permit::ReadErasure>,
    Id(patient): Id<PatientId>,
) -> Result<Json<CountsBody>, Problem> {
    let item = AccessedItem::new(ItemKind::Erasure, patient.as_uuid());
    caller
        .disclose(&Resource::of_patient(patient), item)
        .await?;
    let counts = app.erasures.preview(patient).await;
    let counts = counts.map_err(|error| of_command(error, refusal))?;
    Ok(Json(counts.into()))
}
