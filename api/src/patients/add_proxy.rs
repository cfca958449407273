//! `POST /api/v1/patients/{id}/proxies`

use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::{AccountId, PatientId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{PatientState, refusal};
use crate::app::App;
use crate::http::access::{Access, Bookers};
use crate::http::answer::changed;
use crate::http::ids::Id;
use crate::http::problem::{Problem, of_command};
use crate::http::submission::Submission;

/// Somebody who may act for a patient.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProxyRequest {
    /// Their account.
    #[schema(value_type = Uuid)]
    account_id: AccountId,
}

/// Let somebody act for a patient, as a parent does for a child: the patient or the front desk may.
#[utoipa::path(
    post,
    path = "/api/v1/patients/{id}/proxies",
    tag = "patients",
    operation_id = "addProxy",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        ("Idempotency-Key" = Option<String>, Header, description = "Does it once, however often it is sent"),
    ),
    request_body = ProxyRequest,
    responses(
        (status = 200, description = "They may, now or already before", body = PatientState),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not a patient or the front desk, or only a proxy of this patient", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such patient, as far as you may know", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`too-many-proxies`, `request-in-progress`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`idempotency-key-reused`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn add_proxy(
    app: Data<App>,
    caller: Access<Bookers>,
    Id(patient): Id<PatientId>,
    submission: Submission<ProxyRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = submission.context(&app, caller.account, caller.actor(), None)?;
    let proxy = submission.body.account_id;
    let done = app
        .commands
        .add_proxy(&caller, patient, proxy, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(PatientState::from)))
}
