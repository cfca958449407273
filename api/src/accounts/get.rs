//! `GET /api/v1/accounts/{id}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::AccountId;
use projections::account_directory;

use super::AccountRecord;
use super::scope::lies_within;
use crate::app::App;
use crate::http::access::{Access, AdminOnly};
use crate::http::answer::found;
use crate::http::ids::Id;
use crate::http::position::Position;
use crate::http::problem::Problem;

/// One account.
#[utoipa::path(
    get,
    path = "/api/v1/accounts/{id}",
    tag = "accounts",
    operation_id = "getAccount",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The account"),
        ("CareSync-Position" = Option<String>, Header, description = "Wait until this position can be read"),
    ),
    responses(
        (status = 200, description = "The account", body = AccountRecord),
        (status = 400, description = "Malformed", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not an admin", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such account at your clinics", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "`read-model-behind`, with Retry-After", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub async fn get_account(
    app: Data<App>,
    caller: Access<AdminOnly>,
    Id(account): Id<AccountId>,
    position: Position,
) -> Result<HttpResponse, Problem> {
    let parked = position.wait_for(&app, account_directory::NAME).await?;
    let row = account_directory::get(&app.pool, account)
        .await?
        .filter(|row| lies_within(&row.row().clinics, &caller.clinics))
        .ok_or_else(Problem::not_found)?;
    let row = row.open(app.sealing()).await?;
    Ok(found(&AccountRecord {
        parked: parked.has(account.as_uuid()),
        ..AccountRecord::from(row)
    }))
}
