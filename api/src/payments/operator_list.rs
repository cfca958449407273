//! Lists of what an administrator has to deal with at the own clinics, the oldest first.

use actix_web::web::Json;
use commands::authorization::permit;
use domain::ClinicId;
use projections::payments;
use projections::{ReadError, TimeCursor};
use serde::Deserialize;
use sqlx::PgPool;
use utoipa::IntoParams;

use super::books::named;
use crate::app::App;
use crate::http::access::Access;
use crate::http::page::{Page, PageParameters};
use crate::http::position::Position;
use crate::http::problem::Problem;

/// One page of a list.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OperatorListParameters {
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
    /// Items per page; 50 if not given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

/// Returns a page of what `list` reads at the caller's clinics; `place` is the place of a row in the list.
pub(super) async fn operator_list<R, B: From<R>>(
    app: &App,
    caller: &Access<permit::RefundPayment>,
    parameters: OperatorListParameters,
    position: &Position,
    list: impl AsyncFnOnce(
        &PgPool,
        Option<&[ClinicId]>,
        Option<TimeCursor>,
        i64,
    ) -> Result<Vec<R>, ReadError>,
    place: impl Fn(&R) -> TimeCursor,
) -> Result<Json<Page<B>>, Problem> {
    let OperatorListParameters { cursor, limit } = parameters;
    let page = PageParameters { cursor, limit };
    let (after, limit) = (page.after()?, page.limit()?);
    let parked = position.wait_for(app, payments::NAME).await?;
    let clinics = named(&caller.clinics);
    let rows = list(&app.pool, clinics.as_deref(), after, limit + 1).await?;
    let page = Page::cut(rows, limit, |row| {
        let place = place(row);
        (place.at, place.id)
    });
    Ok(Json(page.map(B::from).lacking(&parked)))
}
