//! `POST /api/v1/patients/{id}/erasure/refuse`

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
use crate::http::response::changed;

problems!(
    Forbidden,
    NotFound,
    PatientErased,
    ErasureNotRequested,
    ErasureApproved
);

/// Refuse a request: an admin of the group may.
#[utoipa::path(
    post,
    path = "/api/v1/patients/{id}/erasure/refuse",
    tag = "patients",
    operation_id = "refuseErasure",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        IdempotencyHeader,
    ),
    request_body = ReasonRequest,
    responses(
        (status = 200, description = "Refused", body = ErasureState),
        Problems,
    ),
)]
pub async fn refuse_erasure(
    app: Data<App>,
    caller: Access<permit::DecideErasure>,
    Id(patient): Id<PatientId>,
    request: CommandRequest<ReasonRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let done = app
        .erasures
        .refuse(&caller, patient, request.body.reason, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(ErasureState::from)))
}
