//! `POST /api/v1/accounts/{id}/enable`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use domain::AccountId;

use super::resource::resource_of;
use super::{AccountState, refusal};
use crate::app::App;
use crate::http::access::Access;
use crate::http::command_request::{CommandRequest, IdempotencyHeader, Nothing};
use crate::http::ids::Id;
use crate::http::problem::{Problem, of_command};
use crate::http::problem_responses::problems;
use crate::http::response::changed;

problems!(Forbidden, NotFound, AccountErased);

/// Let a disabled account sign in again.
#[utoipa::path(
    post,
    path = "/api/v1/accounts/{id}/enable",
    tag = "accounts",
    operation_id = "enableAccount",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The account"),
        IdempotencyHeader,
    ),
    responses(
        (status = 200, description = "It may, now or already before", body = AccountState),
        Problems,
    ),
)]
pub async fn enable_account(
    app: Data<App>,
    caller: Access<permit::DisableAccount>,
    Id(account): Id<AccountId>,
    request: CommandRequest<Nothing>,
) -> Result<HttpResponse, Problem> {
    caller.require(&resource_of(&app, &caller, account).await?)?;
    let (context, _flight) = request.context(&app, &caller, None)?;
    let done = app
        .commands
        .enable_account(account, &context)
        .await
        .map_err(|error| of_command(error, refusal))?;
    Ok(changed(&done.map(AccountState::from)))
}
