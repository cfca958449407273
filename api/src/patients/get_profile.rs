//! `GET /api/v1/patients/{id}/profile`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::{Action, Resource, authorize, permit};
use domain::PatientId;
use projections::{patient_appointments, patient_card};

use super::ProfileBody;
use crate::app::App;
use crate::care::is_in_care;
use crate::http::access::Access;
use crate::http::ids::Id;
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::response::found;

problems!(Forbidden, NotFound);

/// A patient's profile, and how complete it is: the patient, their proxies, their doctors and the front desk see it. Staff
/// sees the illnesses of patients in its care only.
#[utoipa::path(
    get,
    path = "/api/v1/patients/{id}/profile",
    tag = "patients",
    operation_id = "getProfile",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        Position,
    ),
    responses(
        (status = 200, description = "The profile", body = ProfileBody),
        Problems,
    ),
)]
pub async fn get_profile(
    app: Data<App>,
    caller: Access<permit::ReadProfile>,
    Id(patient): Id<PatientId>,
    position: Position,
) -> Result<HttpResponse, Problem> {
    let parked = position.wait_for(&app, patient_card::NAME).await?;
    position.wait_for(&app, patient_appointments::NAME).await?;
    let card = patient_card::get(&app.pool, patient).await?;
    let card = card.ok_or_else(Problem::not_found)?;
    let resource = Resource::of_patient(patient)
        .proxied(card.row().proxies.contains(&caller.account))
        .in_care(is_in_care(&app, &caller, patient).await?);
    caller.require(&resource)?;
    let shows_illnesses = authorize(&caller, Action::ReadIllnesses, &resource).is_ok();
    let card = card.open(app.sealing()).await?;
    let mut body = ProfileBody::from_card(card, shows_illnesses);
    body.parked = parked.has(patient.as_uuid());
    Ok(found(&body))
}
