//! `GET /api/v1/patients/{id}/access-log`

mod words;

use std::collections::BTreeMap;

use actix_web::web::{Data, Json};
use chrono::{DateTime, Utc};
use commands::authorization::{Relation, permit};
use commands::ports::{
    AccessEntry, AccessOutcome, AccessQuery, AccessedItem, ItemKind, RecordedAccess,
};
use domain::{AccountId, BreakGlassId, DoctorId, PatientId, PersonName, Role};
use projections::{doctor_directory, open_all};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use self::words::Viewer;
use crate::app::App;
use crate::care::is_in_care;
use crate::clinical;
use crate::http::access::Access;
use crate::http::ids::Id;
use crate::http::page::{Page, PageParameters};
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::query::Query;
use crate::http::schemas;

/// One page of a list.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AccessLogParameters {
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
    /// Items per page; 50 if not given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

/// An access decision about data of a patient.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccessBody {
    /// The time.
    at: DateTime<Utc>,
    /// The decision in words.
    #[schema(example = "Dr. Meera Iyer, who treats you, saw your profile.")]
    text: String,
    /// The account.
    #[schema(value_type = Uuid)]
    account_id: AccountId,
    /// The doctor, if the account is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    doctor_id: Option<DoctorId>,
    /// The doctor's name; absent once erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::PersonName>)]
    doctor_name: Option<PersonName>,
    /// The role in which the account called.
    #[schema(value_type = schemas::Role)]
    role: Role,
    /// The kind of the thing that was accessed.
    #[schema(value_type = schemas::AccessedKind)]
    kind: &'static str,
    /// Its id. Of a list that is the patient's, the doctor's, or the id of the account that listed.
    item_id: Uuid,
    /// The outcome.
    #[schema(value_type = schemas::AccessOutcome)]
    outcome: &'static str,
    /// The relation by which the account was admitted; absent if it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::AccessRelation>)]
    relation: Option<&'static str>,
    /// The emergency access that allowed it, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    break_glass_id: Option<BreakGlassId>,
    /// The request, as its answer called it in `X-Request-Id`, or a UUID made of that.
    request_id: Uuid,
}

problems!(Forbidden, NotFound, AccessLogUnavailable);

/// The accesses to a patient's data, the latest first, also those that were refused: the patient sees them, a proxy who may
/// read the chart, and auditors of clinics where the patient has or had a visit.
#[utoipa::path(
    get,
    path = "/api/v1/patients/{id}/access-log",
    tag = "patients",
    operation_id = "listAccesses",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        AccessLogParameters,
        Position,
    ),
    responses(
        (status = 200, description = "One page", body = Page<AccessBody>),
        Problems,
    ),
)]
pub async fn list_accesses(
    app: Data<App>,
    caller: Access<permit::ReadAccessLog>,
    Id(patient): Id<PatientId>,
    Query(parameters): Query<AccessLogParameters>,
    position: Position,
) -> Result<Json<Page<AccessBody>>, Problem> {
    let AccessLogParameters { cursor, limit } = parameters;
    let page = PageParameters { cursor, limit };
    let (before, limit) = (page.after()?, page.limit()?);
    let owner = clinical::owner(&app, &caller, patient, &position).await?;
    let in_care = is_in_care(&app, &caller, patient).await?;
    let item = AccessedItem::new(ItemKind::AccessLog, patient.as_uuid());
    caller.disclose(&owner.in_care(in_care), item).await?;
    let query = AccessQuery {
        patient,
        before,
        limit: limit + 1,
    };
    let rows = app.access_log.of_patient(query).await?;
    let page = Page::cut(rows, limit, |row: &RecordedAccess| {
        (row.entry.at, row.position)
    });
    let names = names(&app, &page.items).await?;
    let viewer = Viewer {
        account: caller.account,
        is_patient: caller.patient == Some(patient),
    };
    Ok(Json(
        page.map(|row| AccessBody::new(&row.entry, &names, &viewer)),
    ))
}

/// The names of the doctors on a page, which are public.
async fn names(
    app: &App,
    rows: &[RecordedAccess],
) -> Result<BTreeMap<DoctorId, PersonName>, Problem> {
    let mut doctors: Vec<_> = rows.iter().filter_map(|row| row.entry.doctor).collect();
    doctors.sort_unstable();
    doctors.dedup();
    let rows = doctor_directory::some(&app.pool, &doctors).await?;
    let rows = open_all(app.staff_sealing(), rows).await?;
    let names = rows.iter().filter_map(|row| {
        let name = row.name()?.clone();
        Some((row.doctor, name))
    });
    Ok(names.collect())
}

impl AccessBody {
    fn new(entry: &AccessEntry, names: &BTreeMap<DoctorId, PersonName>, viewer: &Viewer) -> Self {
        let doctor_name = entry.doctor.and_then(|doctor| names.get(&doctor));
        let (outcome, relation) = match entry.outcome {
            AccessOutcome::Granted(relation) => ("GRANTED", Some(relation)),
            AccessOutcome::Refused => ("REFUSED", None),
        };
        Self {
            at: entry.at,
            text: viewer.sentence(entry, doctor_name),
            account_id: entry.account,
            doctor_id: entry.doctor,
            doctor_name: doctor_name.cloned(),
            role: entry.role,
            kind: entry.item.kind.as_str(),
            item_id: entry.item.id,
            outcome,
            relation: relation.map(Relation::as_str),
            break_glass_id: entry.break_glass,
            request_id: entry.request,
        }
    }
}
