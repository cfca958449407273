//! `POST /api/v1/accounts/{id}/enable`

use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::AccountId;

use super::scope::require_within;
use super::{AccountState, refusal};
use crate::app::App;
use crate::http::access::{Access, AdminOnly};
use crate::http::answer::changed;
use crate::http::ids::Id;
use crate::http::problem::{Problem, of_command};
use crate::http::submission::{Nothing, Submission};

/// Let a disabled account sign in again.
#[utoipa::path(
    post,
    path = "/api/v1/accounts/{id}/enable",
    tag = "accounts",
    operation_id = "enableAccount",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The account"),
        ("Idempotency-Key" = Option<String>, Header, description = "Does it once, however often it is sent"),
    ),
    responses(
        (status = 200, description = "It may, now or already before", body = AccountState),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not an admin", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such account at your clinics", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`request-in-progress`, with Retry-After", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`idempotency-key-reused`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn enable_account(
    app: Data<App>,
    caller: Access<AdminOnly>,
    Id(account): Id<AccountId>,
    submission: Submission<Nothing>,
) -> Result<HttpResponse, Problem> {
    require_within(&app, &caller, account).await?;
    let (context, _flight) = submission.context(&app, caller.account, caller.actor(), None)?;
    let done = app
        .commands
        .enable_account(account, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(AccountState::from)))
}
