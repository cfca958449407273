//! `POST /api/v1/patients/{id}/erasure/withdraw`

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
    ErasureRequestedByAnother,
    ErasureApproved
);

/// Withdraw one's own request.
#[utoipa::path(
    post,
    path = "/api/v1/patients/{id}/erasure/withdraw",
    tag = "patients",
    operation_id = "withdrawErasure",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        IdempotencyHeader,
    ),
    request_body = ReasonRequest,
    responses(
        (status = 200, description = "Withdrawn", body = ErasureState),
        Problems,
    ),
)]
pub async fn withdraw_erasure(
    app: Data<App>,
    caller: Access<permit::RequestErasure>,
    Id(patient): Id<PatientId>,
    request: CommandRequest<ReasonRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let done = app
        .erasures
        .withdraw(&caller, patient, request.body.reason, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(ErasureState::from)))
}
