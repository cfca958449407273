//! `POST /api/v1/doctors/{id}/verify`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::{Resource, permit};
use domain::DoctorId;

use super::DoctorState;
use super::refusal::refusal;
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader, Nothing};
use crate::http::ids::Id;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;

problems!(Forbidden, NotFound);

/// State that a doctor's papers were checked: from now on they can be found and booked, at each of
/// their clinics. An admin of the whole group may.
#[utoipa::path(
    post,
    path = "/api/v1/doctors/{id}/verify",
    tag = "doctors",
    operation_id = "verifyDoctor",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The doctor"),
        IdempotencyHeader,
    ),
    responses(
        (status = 200, description = "Verified, now or already before", body = DoctorState),
        Problems,
    ),
)]
pub async fn verify_doctor(
    app: Data<App>,
    caller: Access<permit::VerifyDoctor>,
    Id(doctor): Id<DoctorId>,
    request: CommandRequest<Nothing>,
) -> Result<HttpResponse, Problem> {
    caller.require(&Resource::default())?;
    let (context, _flight) = request.context(&app, &caller, None)?;
    let done = app
        .commands
        .verify_doctor(doctor, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(DoctorState::from)))
}
