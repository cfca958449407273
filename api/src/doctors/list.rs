//! `GET /api/v1/doctors`

use actix_web::web::{Data, Json};
use domain::{ClinicId, DoctorId, Language, Specialisation};
use projections::doctor_directory::{self, DoctorSearch};
use projections::open_all;
use serde::Deserialize;
use utoipa::IntoParams;

use super::DoctorBody;
use crate::app::App;
use crate::http::page::{Page, PageParameters};
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::schemas;

/// A search for doctors.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DoctorParameters {
    /// Only those who work at this clinic.
    #[param(value_type = Option<Uuid>)]
    clinic_id: Option<ClinicId>,
    /// Only those who are consulted about this.
    #[param(value_type = Option<schemas::Specialisation>)]
    specialisation: Option<Specialisation>,
    /// Only those who speak this.
    #[param(value_type = Option<schemas::Language>)]
    language: Option<Language>,
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
    /// Items per page; 50 if not given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

/// The doctors for whom bookings are taken, in the order in which they were registered.
#[utoipa::path(
    get,
    path = "/api/v1/doctors",
    tag = "doctors",
    operation_id = "listDoctors",
    params(
        DoctorParameters,
        Position,
    ),
    responses(
        (status = 200, description = "One page", body = Page<DoctorBody>),
    ),
)]
pub async fn list_doctors(
    app: Data<App>,
    Query(parameters): Query<DoctorParameters>,
    position: Position,
) -> Result<Json<Page<DoctorBody>>, Problem> {
    let DoctorParameters {
        clinic_id: clinic,
        specialisation,
        language,
        cursor,
        limit,
    } = parameters;
    let page = PageParameters { cursor, limit };
    let (after, limit) = (page.after::<DoctorId>()?, page.limit()?);
    let parked = position.wait_for(&app, doctor_directory::NAME).await?;
    let search = DoctorSearch {
        clinic,
        specialisation,
        language,
        bookable_only: true,
        after,
        limit: limit + 1,
    };
    let rows = doctor_directory::list(&app.pool, &search).await?;
    let rows = open_all(app.staff_sealing(), rows).await?;
    let items = rows.into_iter().map(|row| DoctorBody {
        parked: parked.has(row.doctor.as_uuid()),
        ..DoctorBody::from(row)
    });
    let page = Page::cut(items.collect(), limit, |item: &DoctorBody| item.id);
    Ok(Json(page.lacking(&parked)))
}
