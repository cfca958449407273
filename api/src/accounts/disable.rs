//! `POST /api/v1/accounts/{id}/disable`

use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::{AccountId, Reason};
use serde::Deserialize;
use utoipa::ToSchema;

use super::scope::require_within;
use super::{AccountState, refusal};
use crate::app::App;
use crate::http::access::{Access, AdminOnly};
use crate::http::answer::changed;
use crate::http::ids::Id;
use crate::http::problem::{Problem, of_command};
use crate::http::submission::Submission;

/// Why an account may not sign in any more.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DisableRequest {
    /// Up to 500 characters; it stands in the history.
    #[schema(value_type = String, example = "Left the clinic")]
    reason: Reason,
}

/// Disable an account: it can't sign in, and its sessions end within seconds.
#[utoipa::path(
    post,
    path = "/api/v1/accounts/{id}/disable",
    tag = "accounts",
    operation_id = "disableAccount",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The account"),
        ("Idempotency-Key" = Option<String>, Header, description = "Does it once, however often it is sent"),
    ),
    request_body = DisableRequest,
    responses(
        (status = 200, description = "Disabled, now or already before", body = AccountState),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not an admin", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such account at your clinics", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`cannot-disable-oneself`, `request-in-progress`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A value breaks a rule, or `idempotency-key-reused`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn disable_account(
    app: Data<App>,
    caller: Access<AdminOnly>,
    Id(account): Id<AccountId>,
    submission: Submission<DisableRequest>,
) -> Result<HttpResponse, Problem> {
    require_within(&app, &caller, account).await?;
    let (context, _flight) = submission.context(&app, caller.account, caller.actor(), None)?;
    let reason = submission.body.reason;
    let done = app
        .commands
        .disable_account(account, reason, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(AccountState::from)))
}
