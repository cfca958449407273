//! `POST /api/v1/patients/{id}/proxies`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use commands::patients::NewProxy;
use domain::patient::ProxyEvidence;
use domain::{AccountId, PatientId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{PatientState, refusal};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;
use crate::http::schemas;

/// A proxy of a patient.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProxyRequest {
    /// Their account.
    #[schema(value_type = Uuid)]
    account_id: AccountId,
    /// The evidence that the front desk has seen. The patient leaves it out.
    #[schema(value_type = Option<schemas::ProxyEvidence>)]
    evidence: Option<ProxyEvidence>,
}

problems!(
    Forbidden,
    NotFound,
    TooManyProxies,
    ProxyWithoutPatientRole,
    ProxyIsOwnAccount,
    ProxyNeedsEvidence
);

/// Make an account the proxy of a patient, as a parent is of a child. The patient may, and the front desk with evidence; it is
/// the account of another patient, never the own one of the staff.
#[utoipa::path(
    post,
    path = "/api/v1/patients/{id}/proxies",
    tag = "patients",
    operation_id = "addProxy",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        IdempotencyHeader,
    ),
    request_body = ProxyRequest,
    responses(
        (status = 200, description = "They may, now or already before", body = PatientState),
        Problems,
    ),
)]
pub async fn add_proxy(
    app: Data<App>,
    caller: Access<permit::ChangeProxies>,
    Id(patient): Id<PatientId>,
    request: CommandRequest<ProxyRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let ProxyRequest {
        account_id: account,
        evidence,
    } = request.body;
    let proxy = NewProxy { account, evidence };
    let done = app
        .commands
        .add_proxy(&caller, patient, proxy, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(PatientState::from)))
}
