//! `GET /api/v1/erasures`

use actix_web::web::{Data, Json};
use commands::authorization::{Action, Resource, authorized, permit};
use commands::ports::{AccessedItem, ItemKind};
use domain::PatientId;
use domain::erasure::ErasureStatus;
use projections::erasures::{self, ErasureSearch, ListedErasure};
use projections::open_all;
use serde::Deserialize;
use utoipa::IntoParams;

use super::body::ErasureBody;
use crate::app::App;
use crate::http::access::Access;
use crate::http::page::{Page, PageParameters};
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::query::Query;
use crate::http::schemas;

/// One page of a list.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ErasureParameters {
    /// Only those of this status.
    #[param(value_type = Option<schemas::ErasureStatus>)]
    status: Option<ErasureStatus>,
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
    /// Items per page; 50 if not given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

problems!(Forbidden, AccessLogUnavailable);

/// Erasures and legal holds, those first that have not changed for longest: admins and auditors of the group. Requests that
/// wait have the status `REQUESTED`.
#[utoipa::path(
    get,
    path = "/api/v1/erasures",
    tag = "patients",
    operation_id = "listErasures",
    security(("bearer" = [])),
    params(
        ErasureParameters,
        Position,
    ),
    responses(
        (status = 200, description = "One page", body = Page<ErasureBody>),
        Problems,
    ),
)]
pub async fn list_erasures(
    app: Data<App>,
    caller: Access<permit::ListErasures>,
    Query(parameters): Query<ErasureParameters>,
    position: Position,
) -> Result<Json<Page<ErasureBody>>, Problem> {
    caller.require(&Resource::default())?;
    let ErasureParameters {
        status,
        cursor,
        limit,
    } = parameters;
    let page = PageParameters { cursor, limit };
    let (after, limit) = (page.after()?, page.limit()?);
    let parked = position.wait_for(&app, erasures::NAME).await?;
    let search = ErasureSearch {
        status,
        after,
        limit: limit + 1,
    };
    let rows = erasures::list(&app.pool, &search).await?;
    let page = Page::cut(rows, limit, |row| (row.row().changed_at, row.row().person));
    let patients = page.items.iter().filter_map(|row| patient(row.row()));
    let patients = patients.collect();
    let authorized = authorized(&caller, Action::ListErasures, &Resource::default());
    let item = AccessedItem::new(ItemKind::Erasure, caller.account.as_uuid());
    let disclosure = caller.disclose_of(&patients, authorized, item).await?;
    let rows = open_all(disclosure.sealing(), page.items).await?;
    Ok(Json(Page {
        items: rows.into_iter().map(ErasureBody::from).collect(),
        next_cursor: page.next_cursor,
        parked: parked.any(),
    }))
}

/// The patient of an erasure. What an operator ordered may be about a doctor, and has no reasons to show.
fn patient(row: &ListedErasure) -> Option<PatientId> {
    let has_reasons = row.requested.is_some() || row.hold.is_some();
    has_reasons.then(|| PatientId::from_uuid(row.person.as_uuid()))
}
