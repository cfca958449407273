//! `POST /api/v1/patients/{id}/consents`

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use commands::authorization::permit;
use commands::consents::NewConsent;
use domain::PatientId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::purpose::PurposeBody;
use super::{ConsentState, owner, refusal::refusal};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::instant::instant_if_any;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::created;

/// A consent.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConsentRequest {
    /// The purpose.
    purpose: PurposeBody,
    /// The end; without one it counts until it is withdrawn.
    #[serde(default, deserialize_with = "instant_if_any")]
    until: Option<DateTime<Utc>>,
}

problems!(
    Forbidden,
    NotFound,
    ConsentAlreadyExists,
    ConsentEndsInPast,
    TooManyConsents
);

/// Grant a consent: the patient may, a proxy of a child, and the front desk that has a signed form. It counts from now on.
#[utoipa::path(
    post,
    path = "/api/v1/patients/{id}/consents",
    tag = "patients",
    operation_id = "grantConsent",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        IdempotencyHeader,
    ),
    request_body = ConsentRequest,
    responses(
        (status = 201, description = "Granted", body = ConsentState),
        Problems,
    ),
)]
pub async fn grant_consent(
    app: Data<App>,
    caller: Access<permit::ChangeConsents>,
    Id(patient): Id<PatientId>,
    request: CommandRequest<ConsentRequest>,
) -> Result<HttpResponse, Problem> {
    let (context, _flight) = request.context(&app, &caller, None)?;
    let ConsentRequest { purpose, until } = request.body;
    let purpose = purpose.into();
    let owner = owner::for_changing(&app, &caller, patient, Some(purpose)).await?;
    let done = app
        .commands
        .grant_consent(&caller, NewConsent { purpose, until }, &owner, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    let location = format!("/api/v1/patients/{patient}/consents/{}", done.reply.consent);
    Ok(created(&done.map(ConsentState::from), &location))
}
