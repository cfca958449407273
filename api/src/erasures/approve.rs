//! `POST /api/v1/patients/{id}/erasure/approve`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use domain::PatientId;

use super::{ErasureState, refusal::refusal};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader, Nothing};
use crate::http::ids::Id;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;

problems!(
    Forbidden,
    NotFound,
    PatientErased,
    LegalHold,
    ErasureNotRequested,
    ErasureApprovedByRequester,
    ErasureApproved
);

/// Approve a request of another account, for good: an admin of the group may, who is not the patient. It is carried out within
/// moments.
#[utoipa::path(
    post,
    path = "/api/v1/patients/{id}/erasure/approve",
    tag = "patients",
    operation_id = "approveErasure",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        IdempotencyHeader,
    ),
    responses(
        (status = 200, description = "Approved", body = ErasureState),
        Problems,
    ),
)]
pub async fn approve_erasure(
    app: Data<App>,
    caller: Access<permit::DecideErasure>,
    Id(patient): Id<PatientId>,
    request: CommandRequest<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let done = app
        .erasures
        .approve(&caller, patient, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(ErasureState::from)))
}
