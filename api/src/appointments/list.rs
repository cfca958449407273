//! `GET /api/v1/appointments`

use actix_web::web::{Data, Json};
use chrono::{DateTime, Utc};
use commands::Caller;
use commands::authorization::permit;
use commands::ports::{AccessedItem, ItemKind};
use domain::PatientId;
use domain::appointment::AppointmentStatus;
use projections::open_all;
use projections::patient_appointments::{self, AppointmentSearch};
use serde::Deserialize;
use utoipa::IntoParams;

use super::AppointmentBody;
use crate::app::App;
use crate::http::access::Access;
use crate::http::instant::instant_if_any;
use crate::http::page::{Page, PageParameters};
use crate::http::position::Position;
use crate::http::problem::{Flaw, Problem};
use crate::http::problem_responses::problems;
use crate::http::query::Query;
use crate::http::schemas;
use crate::proxies::disclose_rows;

/// A search for appointments.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AppointmentParameters {
    /// The patient; a patient may leave it out and mean themselves.
    #[param(value_type = Option<Uuid>)]
    patient_id: Option<PatientId>,
    /// Only those that begin then or later.
    #[serde(default, deserialize_with = "instant_if_any")]
    from: Option<DateTime<Utc>>,
    /// Only those that begin before.
    #[serde(default, deserialize_with = "instant_if_any")]
    to: Option<DateTime<Utc>>,
    /// Only those that stand like this.
    #[param(value_type = Option<schemas::AppointmentStatus>)]
    status: Option<AppointmentStatus>,
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
    /// Items per page; 50 if not given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

problems!(Forbidden, NotFound, InvalidValue, AccessLogUnavailable);

/// A patient's appointments, the latest slot first.
#[utoipa::path(
    get,
    path = "/api/v1/appointments",
    tag = "appointments",
    operation_id = "listAppointments",
    security(("bearer" = [])),
    params(
        AppointmentParameters,
        Position,
    ),
    responses(
        (status = 200, description = "One page", body = Page<AppointmentBody>),
        Problems,
    ),
)]
pub async fn list_appointments(
    app: Data<App>,
    caller: Access<permit::ReadAppointment>,
    Query(parameters): Query<AppointmentParameters>,
    position: Position,
) -> Result<Json<Page<AppointmentBody>>, Problem> {
    let patient = patient(&caller, parameters.patient_id)?;
    let item = AccessedItem::new(ItemKind::Appointments, patient.as_uuid());
    let (visible, disclosure) = disclose_rows(&app, &caller, patient, item, &position).await?;
    let parked = position.wait_for(&app, patient_appointments::NAME).await?;
    let now = app.clock.now();
    let AppointmentParameters {
        from,
        to,
        status,
        cursor,
        limit,
        ..
    } = parameters;
    let page = PageParameters { cursor, limit };
    let (after, limit) = (page.after()?, page.limit()?);
    let search = AppointmentSearch {
        patient,
        clinics: visible.clinics,
        doctor: visible.doctor,
        from,
        to,
        status,
        now,
        after,
        limit: limit + 1,
    };
    let found = patient_appointments::list(&app.pool, &search).await?;
    let found = open_all(disclosure.sealing(), found).await?;
    let items = found
        .iter()
        .map(|row| AppointmentBody {
            parked: parked.has(row.appointment.as_uuid()),
            ..AppointmentBody::as_of(row, now)
        })
        .collect();
    let page = Page::cut(items, limit, |item: &AppointmentBody| {
        (item.slot.start(), item.id)
    });
    Ok(Json(page.lacking(&parked)))
}

/// Returns the patient whose appointments are listed: the caller, if no other is named.
fn patient(caller: &Caller, named: Option<PatientId>) -> Result<PatientId, Problem> {
    named.or(caller.patient).ok_or_else(|| {
        Problem::malformed(vec![Flaw::at(
            "patientId",
            "say whose appointments you want",
        )])
    })
}
