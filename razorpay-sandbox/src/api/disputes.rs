//! `/v1/disputes`

use actix_web::HttpRequest;
use actix_web::web::{Data, Json, Query};
use serde::Deserialize;
use serde_json::Value;

use super::collection;
use crate::response::{ApiError, Page};
use crate::state::State;
use crate::store::disputes;

/// The time from which on disputes are listed, in Unix seconds.
#[derive(Deserialize)]
pub(super) struct Since {
    #[serde(default)]
    from: i64,
}

/// `GET /v1/disputes`, with `expand[]=payment` if the payments are wanted
pub(super) async fn list(
    state: Data<State>,
    page: Query<Page>,
    since: Query<Since>,
    request: HttpRequest,
) -> Result<Json<Value>, ApiError> {
    page.check()?;
    let found = disputes::list(&state.pool, since.from, page.count, page.skip).await?;
    let expands = ["expand[]=payment", "expand%5B%5D=payment"];
    let expand = expands
        .iter()
        .any(|asked| request.query_string().contains(asked));
    let items = found.into_iter().map(|(dispute, payment)| {
        let mut entity = dispute.entity();
        if expand {
            entity["payment"] = payment.entity();
        }
        entity
    });
    Ok(Json(collection(items)))
}
