//! `GET /api/v1/clinics`

use actix_web::web::{Data, Json};
use projections::clinic_directory;
use serde::Deserialize;
use utoipa::IntoParams;

use super::ClinicBody;
use crate::app::App;
use crate::http::page::{Page, PageParameters};
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::http::query::Query;

/// One page of a list.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ClinicParameters {
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
    /// Items per page; 50 if not given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

/// The clinics of the group, by name.
#[utoipa::path(
    get,
    path = "/api/v1/clinics",
    tag = "clinics",
    operation_id = "listClinics",
    params(
        ClinicParameters,
        Position,
    ),
    responses(
        (status = 200, description = "One page", body = Page<ClinicBody>),
    ),
)]
pub async fn list_clinics(
    app: Data<App>,
    Query(parameters): Query<ClinicParameters>,
    position: Position,
) -> Result<Json<Page<ClinicBody>>, Problem> {
    let ClinicParameters { cursor, limit } = parameters;
    let page = PageParameters { cursor, limit };
    let (after, limit) = (page.after()?, page.limit()?);
    let parked = position.wait_for(&app, clinic_directory::NAME).await?;
    let rows = clinic_directory::list(&app.pool, after, limit + 1).await?;
    let items = rows.into_iter().map(|row| ClinicBody {
        parked: parked.has(row.clinic.as_uuid()),
        ..ClinicBody::from(row)
    });
    let page = Page::cut(items.collect(), limit, |item: &ClinicBody| {
        (item.name.to_string(), item.id)
    });
    Ok(Json(page.lacking(&parked)))
}
