//! `GET /api/v1/patients/{id}/profile`

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::{Action, Resource, permit};
use commands::ports::{AccessedItem, ItemKind};
use domain::PatientId;
use projections::patient_card;

use super::ProfileBody;
use crate::app::App;
use crate::care::is_in_care;
use crate::clinical;
use crate::http::access::Access;
use crate::http::ids::Id;
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::response::found;

problems!(Forbidden, NotFound, AccessLogUnavailable);

/// A patient's profile, and how complete it is: the patient, their proxies, their doctors and the front desk see it. The
/// illnesses are clinical content: of the staff only doctors who treat the patient see them.
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
    let card = patient_card::get(&app.pool, patient).await?;
    let card = card.ok_or_else(Problem::not_found)?;
    let facts = clinical::facts_of(&app, &caller, &card, &position).await?;
    let item = AccessedItem::new(ItemKind::Profile, patient.as_uuid());
    let illnesses = facts.access(&caller, Action::ReadIllnesses, app.clinical_policy);
    let shows_illnesses = illnesses.is_ok();
    let disclosure = if shows_illnesses {
        caller.disclose_chart(patient, illnesses, item).await?.1
    } else {
        let resource = Resource::of_patient(patient)
            .proxied(facts.is_proxy)
            .in_care(is_in_care(&app, &caller, patient).await?);
        caller.disclose(&resource, item).await?
    };
    let card = card.open(disclosure.sealing()).await?;
    let mut body = ProfileBody::from_card(card, shows_illnesses);
    body.parked = parked.has(patient.as_uuid());
    Ok(found(&body))
}
