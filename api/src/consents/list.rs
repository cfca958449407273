//! `GET /api/v1/patients/{id}/consents`

use actix_web::web::{Data, Json};
use chrono::{DateTime, Utc};
use commands::authorization::permit;
use commands::ports::{AccessedItem, ItemKind};
use domain::consent::ConsentPurpose;
use domain::{ConsentId, PatientId};
use projections::consents::{self, PatientConsents};
use serde::Serialize;
use utoipa::ToSchema;

use super::owner;
use super::purpose::PurposeBody;
use crate::app::App;
use crate::http::access::Access;
use crate::http::ids::Id;
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::schemas;

/// The consents of a patient.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsentsBody {
    /// The patient.
    #[schema(value_type = Uuid)]
    patient_id: PatientId,
    /// All that were ever given, in the order in which they were.
    items: Vec<ConsentBody>,
    /// Set if later events could not be applied: something may be missing or as it was before. Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    parked: bool,
}

/// A consent.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsentBody {
    /// The consent.
    #[schema(value_type = Uuid)]
    id: ConsentId,
    /// The purpose; absent once erased, and to a proxy who may not see the sensitive category that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    purpose: Option<PurposeBody>,
    /// The person who gave it.
    #[schema(value_type = schemas::ConsentGiver)]
    given_by: &'static str,
    /// The time from which on it counts.
    from: DateTime<Utc>,
    /// The end, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<DateTime<Utc>>,
    /// The time at which it was withdrawn, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawn_at: Option<DateTime<Utc>>,
}

problems!(Forbidden, NotFound, AccessLogUnavailable);

/// The consents of a patient, also those that are over or withdrawn: the patient, a proxy who may read the chart, and front
/// desks where the patient has or had a visit.
#[utoipa::path(
    get,
    path = "/api/v1/patients/{id}/consents",
    tag = "patients",
    operation_id = "listConsents",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        Position,
    ),
    responses(
        (status = 200, description = "The consents", body = ConsentsBody),
        Problems,
    ),
)]
pub async fn list_consents(
    app: Data<App>,
    caller: Access<permit::ReadConsents>,
    Id(patient): Id<PatientId>,
    position: Position,
) -> Result<Json<ConsentsBody>, Problem> {
    let parked = position.wait_for(&app, consents::NAME).await?;
    let owner = owner::for_reading(&app, &caller, patient, &position).await?;
    let item = AccessedItem::new(ItemKind::Consents, patient.as_uuid());
    let disclosure = caller.disclose(&owner, item).await?;
    let categories = owner::shown_categories(&app, &caller, patient, &position).await?;
    let shows = |purpose: ConsentPurpose| match purpose {
        ConsentPurpose::Sensitive { category } => categories.contains(&category),
        ConsentPurpose::SharingAcrossClinics
        | ConsentPurpose::Assistant
        | ConsentPurpose::Research
        | ConsentPurpose::Proxy { .. } => true,
    };
    let items = match consents::get(&app.pool, patient).await? {
        Some(row) => items(&row.open(disclosure.sealing()).await?, shows),
        None => Vec::new(),
    };
    Ok(Json(ConsentsBody {
        patient_id: patient,
        items,
        parked: parked.has(patient.as_uuid()),
    }))
}

fn items(consents: &PatientConsents, shows: impl Fn(ConsentPurpose) -> bool) -> Vec<ConsentBody> {
    let given = consents.given.iter();
    let mut items: Vec<_> = given
        .map(|(id, given)| ConsentBody {
            id: *id,
            purpose: consents
                .purpose(*id)
                .filter(|purpose| shows(*purpose))
                .map(PurposeBody::from),
            given_by: given.given_by.as_str(),
            from: given.from,
            until: given.until,
            withdrawn_at: given.withdrawn_at,
        })
        .collect();
    items.sort_by_key(|item| (item.from, item.id));
    items
}
