//! `GET /api/v1/accounts/{id}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::{Action, authorized, permit};
use commands::ports::{AccessedItem, ItemKind};
use domain::AccountId;
use projections::account_directory;

use super::AccountRecord;
use super::resource::{patients, resource};
use crate::app::App;
use crate::http::access::Access;
use crate::http::ids::Id;
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::response::found;

problems!(Forbidden, NotFound, AccessLogUnavailable);

/// One account.
#[utoipa::path(
    get,
    path = "/api/v1/accounts/{id}",
    tag = "accounts",
    operation_id = "getAccount",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The account"),
        Position,
    ),
    responses(
        (status = 200, description = "The account", body = AccountRecord),
        Problems,
    ),
)]
pub async fn get_account(
    app: Data<App>,
    caller: Access<permit::ReadAccount>,
    Id(account): Id<AccountId>,
    position: Position,
) -> Result<HttpResponse, Problem> {
    let parked = position.wait_for(&app, account_directory::NAME).await?;
    let row = account_directory::get(&app.pool, account).await?;
    let row = row.ok_or_else(Problem::not_found)?;
    let resource = resource(&app, &caller, row.row()).await?;
    let authorized = authorized(&caller, Action::ReadAccount, &resource);
    let patients = patients([row.row()]);
    let item = AccessedItem::new(ItemKind::Account, account.as_uuid());
    let disclosure = caller.disclose_of(&patients, authorized, item).await?;
    let row = row.open(disclosure.sealing()).await?;
    Ok(found(&AccountRecord {
        parked: parked.has(account.as_uuid()),
        ..AccountRecord::from(row)
    }))
}
