//! `GET /api/v1/blocked-clients`

use actix_web::web::{Data, Json};
use commands::authorization::{Resource, permit};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::BlockedClientRecord;
use crate::app::App;
use crate::http::access::Access;
use crate::http::page::{Page, PageParameters};
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::query::Query;

/// One page of a list.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BlockedClientParameters {
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
    /// Items per page at most; 50 if not given.
    limit: Option<u16>,
}

problems!(Forbidden);

/// Clients that are blocked now, in the order in which they were first blocked: an admin of the whole group may.
#[utoipa::path(
    get,
    path = "/api/v1/blocked-clients",
    tag = "operations",
    operation_id = "listBlockedClients",
    security(("bearer" = [])),
    params(
        BlockedClientParameters,
    ),
    responses(
        (status = 200, description = "One page", body = Page<BlockedClientRecord>),
        Problems,
    ),
)]
pub async fn list_blocked_clients(
    app: Data<App>,
    caller: Access<permit::BlockClients>,
    Query(parameters): Query<BlockedClientParameters>,
) -> Result<Json<Page<BlockedClientRecord>>, Problem> {
    caller.require(&Resource::default())?;
    let BlockedClientParameters { cursor, limit } = parameters;
    let page = PageParameters { cursor, limit };
    let (after, limit) = (page.after::<Uuid>()?, page.limit()?);
    let blocked = app.blocked.list(after, limit + 1, app.clock.now()).await?;
    let page = Page::cut(blocked, limit, |blocked| blocked.id);
    Ok(Json(page.map(BlockedClientRecord::from)))
}
