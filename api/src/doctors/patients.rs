//! `GET /api/v1/doctors/{id}/patients`

use std::collections::BTreeMap;

use actix_web::web::{Data, Json};
use chrono::{DateTime, Utc};
use commands::authorization::{Action, Resource, authorized, permit};
use commands::ports::{AccessedItem, ItemKind};
use domain::{DoctorId, PatientId, PersonName};
use event_store::Sealing;
use projections::open_all;
use projections::patient_appointments::{self, DoctorsPatient};
use projections::patient_card::{self, PatientCard};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::http::access::Access;
use crate::http::ids::Id;
use crate::http::page::{Page, PageParameters};
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::query::Query;
use crate::http::schemas;

/// A page of the list.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DoctorsPatientsParameters {
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
    /// Patients per page; 50 if not given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

/// A patient of a doctor.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DoctorsPatientBody {
    /// The patient.
    #[schema(value_type = Uuid)]
    patient_id: PatientId,
    /// The patient's name; absent if there is no card, or once erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::PersonName>)]
    name: Option<PersonName>,
    /// The start of the latest visit with the doctor; it may be still to come.
    latest_visit: DateTime<Utc>,
    /// Set if what is stored about the person can't be opened, because a key was lost; the server's log says which.
    /// Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    unreadable: bool,
}

problems!(Forbidden, NotFound, AccessLogUnavailable);

/// The patients of a doctor, for the doctor: those with a visit that is confirmed, under way or completed. In the order
/// in which they were registered.
#[utoipa::path(
    get,
    path = "/api/v1/doctors/{id}/patients",
    tag = "doctors",
    operation_id = "listPatientsOfDoctor",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The doctor"),
        DoctorsPatientsParameters,
        Position,
    ),
    responses(
        (status = 200, description = "One page", body = Page<DoctorsPatientBody>),
        Problems,
    ),
)]
pub async fn list_patients_of_doctor(
    app: Data<App>,
    caller: Access<permit::ReadPatientsOfDoctor>,
    Id(doctor): Id<DoctorId>,
    Query(parameters): Query<DoctorsPatientsParameters>,
    position: Position,
) -> Result<Json<Page<DoctorsPatientBody>>, Problem> {
    let authorized = authorized(
        &caller,
        Action::ReadPatientsOfDoctor,
        &Resource::of_doctor(doctor),
    )?;
    let DoctorsPatientsParameters { cursor, limit } = parameters;
    let page = PageParameters { cursor, limit };
    let (after, limit) = (page.after()?, page.limit()?);
    position.wait_for(&app, patient_card::NAME).await?;
    let parked = position.wait_for(&app, patient_appointments::NAME).await?;
    let patients =
        patient_appointments::patients_of_doctor(&app.pool, doctor, after, limit + 1).await?;
    let shown_patients = patients.iter().map(|patient| patient.patient).collect();
    let item = AccessedItem::new(ItemKind::Patients, doctor.as_uuid());
    let disclosure = caller
        .disclose_of(&shown_patients, Ok(authorized), item)
        .await?;
    let cards = cards(&app, disclosure.sealing(), &patients).await?;
    let items = patients
        .into_iter()
        .map(|patient| shown(patient, cards.get(&patient.patient)));
    let page = Page::cut(items.collect(), limit, |item: &DoctorsPatientBody| {
        item.patient_id
    });
    Ok(Json(page.lacking(&parked)))
}

/// Returns the cards of the patients, all read and opened at once.
async fn cards(
    app: &App,
    sealing: &Sealing,
    patients: &[DoctorsPatient],
) -> Result<BTreeMap<PatientId, PatientCard>, Problem> {
    let ids: Vec<_> = patients.iter().map(|patient| patient.patient).collect();
    let cards = patient_card::list(&app.pool, &ids).await?;
    let cards = open_all(sealing, cards).await?;
    Ok(cards.into_iter().map(|card| (card.patient, card)).collect())
}

fn shown(patient: DoctorsPatient, card: Option<&PatientCard>) -> DoctorsPatientBody {
    let DoctorsPatient {
        patient,
        latest_visit,
    } = patient;
    DoctorsPatientBody {
        patient_id: patient,
        name: card.and_then(PatientCard::name).cloned(),
        latest_visit,
        unreadable: card.is_some_and(|card| card.phi.is_unreadable()),
    }
}
