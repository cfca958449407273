//! `POST /api/v1/patients/{id}/profile`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::Target;
use commands::authorization::permit;
use domain::PatientId;

use super::{PatientState, ProfileRequest, refusal};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::precondition::MaybeIfMatch;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;

problems!(Forbidden, NotFound);

/// Change some fields of a patient's profile: the patient, a proxy or the front desk may. A field that is left out stays,
/// so changes of different fields do not undo each other.
#[utoipa::path(
    post,
    path = "/api/v1/patients/{id}/profile",
    tag = "patients",
    operation_id = "changeProfile",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        IdempotencyHeader,
        MaybeIfMatch,
    ),
    request_body = ProfileRequest,
    responses(
        (status = 200, description = "Changed", body = PatientState),
        Problems,
    ),
)]
pub async fn change_profile(
    app: Data<App>,
    caller: Access<permit::ChangeProfile>,
    Id(patient): Id<PatientId>,
    MaybeIfMatch(expected): MaybeIfMatch,
    request: CommandRequest<ProfileRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let target = Target::new(patient, expected);
    let done = app
        .commands
        .change_profile(&caller, target, request.body.into(), &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(PatientState::from)))
}
