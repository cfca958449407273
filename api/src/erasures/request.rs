//! `POST /api/v1/patients/{id}/erasure`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use domain::PatientId;

use super::{ErasureState, ReasonRequest, refusal::refusal};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::created;

problems!(
    Forbidden,
    NotFound,
    PatientErased,
    LegalHold,
    ErasureAlreadyRequested,
    ErasureApproved
);

/// Request the erasure of a patient: the patient may, and an admin of the group. Another person has to approve it.
#[utoipa::path(
    post,
    path = "/api/v1/patients/{id}/erasure",
    tag = "patients",
    operation_id = "requestErasure",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        IdempotencyHeader,
    ),
    request_body = ReasonRequest,
    responses(
        (status = 201, description = "Requested", body = ErasureState),
        Problems,
    ),
)]
pub async fn request_erasure(
    app: Data<App>,
    caller: Access<permit::RequestErasure>,
    Id(patient): Id<PatientId>,
    request: CommandRequest<ReasonRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let done = app
        .erasures
        .request(&caller, patient, request.body.reason, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    let location = format!("/api/v1/patients/{patient}/erasure");
    Ok(created(&done.map(ErasureState::from), &location))
}
