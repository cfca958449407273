//! `GET /api/v1/accounts`

use actix_web::web::{Data, Json};
use commands::authorization::{Authorized, Relation, permit};
use commands::ports::{AccessedItem, ItemKind};
use domain::{AccountId, ClinicScope, Role};
use projections::{SealedRow, account_directory, open_all, patient_appointments};
use serde::Deserialize;
use utoipa::IntoParams;

use super::AccountRecord;
use super::resource::patients;
use crate::app::App;
use crate::http::access::Access;
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

problems!(Forbidden, AccessLogUnavailable);

/// Accounts, in the order in which they were registered. An admin of some clinics sees those of staff who work at no
/// other clinic, and those of patients who have or had a visit there.
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
    caller: Access<permit::ReadAccount>,
    Query(parameters): Query<AccountParameters>,
    position: Position,
) -> Result<Json<Page<AccountRecord>>, Problem> {
    let AccountParameters { cursor, limit } = parameters;
    let page = PageParameters { cursor, limit };
    let (after, limit) = (page.after::<AccountId>()?, page.limit()?);
    let parked = position.wait_for(&app, account_directory::NAME).await?;
    // A patient's account belongs to the clinics where the patient has been.
    position.wait_for(&app, patient_appointments::NAME).await?;
    let rows = match &caller.clinics {
        ClinicScope::All => account_directory::list(&app.pool, after, limit + 1).await?,
        ClinicScope::Only(own) => {
            let own: Vec<_> = own.iter().copied().collect();
            account_directory::list_at_clinics(&app.pool, &own, after, limit + 1).await?
        }
    };
    let page = Page::cut(rows, limit, |row| row.row().account);
    let authorized = Authorized {
        role: Role::Admin,
        relation: match &caller.clinics {
            ClinicScope::All => Relation::Group,
            ClinicScope::Only(_) => Relation::Care,
        },
    };
    let patients = patients(page.items.iter().map(SealedRow::row));
    let item = AccessedItem::new(ItemKind::Accounts, caller.account.as_uuid());
    let disclosure = caller.disclose_of(&patients, Ok(authorized), item).await?;
    let rows = open_all(disclosure.sealing(), page.items).await?;
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
