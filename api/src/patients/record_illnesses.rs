//! `PUT /api/v1/patients/{id}/illnesses`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use domain::{KnownIllnesses, PatientId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{PatientState, refusal};
use crate::app::App;
use crate::clinical;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::position::Position;
use crate::http::precondition::IfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;
use crate::http::schemas;

/// The illnesses that a patient is known to have, all of them.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IllnessesRequest {
    /// One by one, each once; empty if none is known.
    #[schema(value_type = Vec<schemas::Illness>, max_items = 50)]
    illnesses: KnownIllnesses,
}

problems!(Forbidden, NotFound);

/// Record which illnesses a patient is known to have: the patient, a proxy, and doctors who treat the patient.
#[utoipa::path(
    put,
    path = "/api/v1/patients/{id}/illnesses",
    tag = "patients",
    operation_id = "recordIllnesses",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        IfMatch,
        IdempotencyHeader,
    ),
    request_body = IllnessesRequest,
    responses(
        (status = 200, description = "Recorded", body = PatientState),
        Problems,
    ),
)]
pub async fn record_illnesses(
    app: Data<App>,
    caller: Access<permit::RecordIllnesses>,
    Id(patient): Id<PatientId>,
    IfMatch(expected): IfMatch,
    request: CommandRequest<IllnessesRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let owner = clinical::owner(&app, &caller, patient, &Position::any()).await?;
    let (illnesses, target) = (request.body.illnesses, Target::new(patient, Some(expected)));
    let done = app
        .commands
        .record_illnesses(&caller, target, illnesses, owner, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(PatientState::from)))
}
