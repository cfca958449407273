//! `GET /api/v1/appointments/{id}`

use actix_web::HttpResponse;
use actix_web::http::header::ETAG;
use actix_web::web::Data;
use commands::authorization::{Resource, permit};
use commands::ports::{AccessedItem, ItemKind};
use domain::AppointmentId;
use domain::appointment::Visit;
use projections::patient_appointments::{self, PatientAppointment};

use super::AppointmentBody;
use crate::app::App;
use crate::http::access::Access;
use crate::http::ids::Id;
use crate::http::position::Position;
use crate::http::precondition::etag;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::proxies::disclose_or_proxy;

problems!(Forbidden, NotFound, AccessLogUnavailable);

/// One appointment.
#[utoipa::path(
    get,
    path = "/api/v1/appointments/{id}",
    tag = "appointments",
    operation_id = "getAppointment",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The appointment"),
        Position,
    ),
    responses(
        (status = 200, description = "The appointment", body = AppointmentBody),
        Problems,
    ),
)]
pub async fn get_appointment(
    app: Data<App>,
    caller: Access<permit::ReadAppointment>,
    Id(id): Id<AppointmentId>,
    position: Position,
) -> Result<HttpResponse, Problem> {
    let parked = position.wait_for(&app, patient_appointments::NAME).await?;
    let found = patient_appointments::get(&app.pool, id)
        .await?
        .ok_or_else(Problem::not_found)?;
    let visit = Resource::from(&visit(found.row()));
    let item = AccessedItem::new(ItemKind::Appointment, id.as_uuid());
    let disclosure = disclose_or_proxy(&app, &caller, visit, item, &position).await?;
    let found = found.open(disclosure.sealing()).await?;
    let tag = etag(found.version);
    let body = AppointmentBody {
        parked: parked.has(id.as_uuid()),
        ..AppointmentBody::as_of(&found, app.clock.now())
    };
    Ok(HttpResponse::Ok().insert_header((ETAG, tag)).json(body))
}

fn visit(found: &PatientAppointment) -> Visit {
    Visit {
        appointment: found.appointment,
        clinic: found.clinic,
        doctor: found.doctor,
        patient: found.patient,
        slot: found.slot,
        fee: found.fee,
        paid_by: found.paid_by,
        emergency: found.is_emergency(),
        // Only the log has it; rights don't depend on it.
        shortest_move: None,
    }
}
