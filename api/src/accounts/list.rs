//! `GET /api/v1/accounts`

use actix_web::web::{Data, Json};
use domain::AccountId;
use projections::{account_directory, open_all};
use serde::Deserialize;
use utoipa::IntoParams;

use super::AccountRecord;
use super::scope::lies_within;
use crate::app::App;
use crate::http::access::{Access, AdminOnly};
use crate::http::page::{Page, PageParameters};
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::query::Query;

/// One page of a list.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AccountParameters {
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
    /// Items per page at most; 50 if not given.
    limit: Option<u16>,
}

problems!(Forbidden);

/// Accounts, in the order in which they were registered. A page leaves out those whose clinics are
/// not all yours, so it can be short and still have a next one.
#[utoipa::path(
    get,
    path = "/api/v1/accounts",
    tag = "accounts",
    operation_id = "listAccounts",
    security(("bearer" = [])),
    params(
        AccountParameters,
        Position,
    ),
    responses(
        (status = 200, description = "One page", body = Page<AccountRecord>),
        Problems,
    ),
)]
pub async fn list_accounts(
    app: Data<App>,
    caller: Access<AdminOnly>,
    Query(parameters): Query<AccountParameters>,
    position: Position,
) -> Result<Json<Page<AccountRecord>>, Problem> {
    let AccountParameters { cursor, limit } = parameters;
    let page = PageParameters { cursor, limit };
    let (after, limit) = (page.after::<AccountId>()?, page.limit()?);
    let parked = position.wait_for(&app, account_directory::NAME).await?;
    let rows = account_directory::list(&app.pool, after, limit + 1).await?;
    let page = Page::cut(rows, limit, |row| row.row().account);
    let within = page
        .items
        .into_iter()
        .filter(|row| lies_within(&row.row().clinics, &caller.clinics));
    let rows = open_all(app.sealing(), within.collect()).await?;
    let items = rows.into_iter().map(|row| AccountRecord {
        parked: parked.has(row.account.as_uuid()),
        ..AccountRecord::from(row)
    });
    Ok(Json(Page {
        items: items.collect(),
        next_cursor: page.next_cursor,
        parked: parked.any(),
    }))
}
