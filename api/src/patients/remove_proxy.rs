//! `DELETE /api/v1/patients/{id}/proxies/{accountId}`

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use domain::{AccountId, PatientId};

use super::{PatientState, refusal};
use crate::app::App;
use crate::http::access::{Access, Bookers};
use crate::http::answer::changed;
use crate::http::ids::segment;
use crate::http::problem::{Problem, of_command};
use crate::http::submission::{Nothing, Submission};

/// Who acts for whom, from the path.
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

/// Let somebody no longer act for a patient: the patient or the front desk may say so.
#[utoipa::path(
    delete,
    path = "/api/v1/patients/{id}/proxies/{accountId}",
    tag = "patients",
    operation_id = "removeProxy",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        ("accountId" = Uuid, Path, description = "The account that may act for the patient"),
        ("Idempotency-Key" = Option<String>, Header, description = "Does it once, however often it is sent"),
    ),
    responses(
        (status = 200, description = "They may not, from now on or as before", body = PatientState),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a patient or the front desk, or only a proxy of this patient", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such patient, as far as you may know", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`request-in-progress`, with Retry-After", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`idempotency-key-reused`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn remove_proxy(
    app: Data<App>,
    caller: Access<Bookers>,
    path: ProxyPath,
    submission: Submission<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = submission.context(&app, caller.account, caller.actor(), None)?;
    let done = app
        .commands
        .remove_proxy(&caller, path.patient, path.proxy, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(PatientState::from)))
}
