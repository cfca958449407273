//! `DELETE /api/v1/patients/{id}/proxies/{accountId}`

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use commands::authorization::permit;
use domain::{AccountId, PatientId};

use super::{PatientState, refusal};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader, Nothing};
use crate::http::ids::segment;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;

/// A patient and a proxy, from the path.
pub struct ProxyPath {
    patient: PatientId,
    proxy: AccountId,
}

impl FromRequest for ProxyPath {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(segment(request, "id").and_then(|patient| {
            let proxy = segment(request, "accountId")?;
            Ok(Self { patient, proxy })
        }))
    }
}

problems!(Forbidden, NotFound);

/// Remove a proxy of a patient: the patient or the front desk may.
#[utoipa::path(
    delete,
    path = "/api/v1/patients/{id}/proxies/{accountId}",
    tag = "patients",
    operation_id = "removeProxy",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        ("accountId" = Uuid, Path, description = "The account that may act for the patient"),
        IdempotencyHeader,
    ),
    responses(
        (status = 200, description = "They may not, from now on or as before", body = PatientState),
        Problems,
    ),
)]
pub async fn remove_proxy(
    app: Data<App>,
    caller: Access<permit::ChangeProxies>,
    path: ProxyPath,
    request: CommandRequest<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let done = app
        .commands
        .remove_proxy(&caller, path.patient, path.proxy, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(PatientState::from)))
}
