//! `POST /api/v1/accounts/{id}/disable`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use domain::{AccountId, Reason};
use serde::Deserialize;
use utoipa::ToSchema;

use super::resource::resource_of;
use super::{AccountState, refusal};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader};
use crate::http::ids::Id;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;
use crate::http::schemas;

/// The reason for disabling an account.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DisableRequest {
    /// Up to 500 characters; it stands in the history.
    #[schema(value_type = schemas::Reason)]
    reason: Reason,
}

problems!(Forbidden, NotFound, CannotDisableOneself);

/// Disable an account: it can't sign in, and its sessions end within seconds.
#[utoipa::path(
    post,
    path = "/api/v1/accounts/{id}/disable",
    tag = "accounts",
    operation_id = "disableAccount",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The account"),
        IdempotencyHeader,
    ),
    request_body = DisableRequest,
    responses(
        (status = 200, description = "Disabled, now or already before", body = AccountState),
        Problems,
    ),
)]
pub async fn disable_account(
    app: Data<App>,
    caller: Access<permit::DisableAccount>,
    Id(account): Id<AccountId>,
    request: CommandRequest<DisableRequest>,
) -> Result<HttpResponse, Problem> {
    caller.require(&resource_of(&app, &caller, account).await?)?;
    let (context, _flight) = request.context(&app, &caller, None)?;
    let reason = request.body.reason;
    let done = app
        .commands
        .disable_account(account, reason, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(AccountState::from)))
}
