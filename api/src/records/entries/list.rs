//! `GET /api/v1/patients/{id}/chart`

use actix_web::web::{Data, Json};
use chrono::{DateTime, Utc};
use commands::authorization::permit;
use domain::record::Icd10Code;
use domain::{AccountId, DoctorId, PatientId};
use projections::chart::{self, ChartEntry, ChartSearch, EntryFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::MAX_ENTRIES;
use super::body::ChartEntryBody;
use super::kinds::Kinds;
use crate::app::App;
use crate::http::access::Access;
use crate::http::ids::Id;
use crate::http::instant::instant_if_any;
use crate::http::page::{Page, PageParameters};
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::query::Query;
use crate::http::schemas;
use crate::records::chart::read_chart;

/// A search in a chart.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChartParameters {
    /// Only entries of these kinds, separated by commas.
    #[param(style = Form, explode = false, value_type = Option<Vec<schemas::EntryKind>>)]
    kind: Option<Kinds>,
    /// Only entries that are about this time or a later one.
    #[serde(default, deserialize_with = "instant_if_any")]
    from: Option<DateTime<Utc>>,
    /// Only entries that are about an earlier time.
    #[serde(default, deserialize_with = "instant_if_any")]
    to: Option<DateTime<Utc>>,
    /// Only entries with this diagnosis of the patient, or with a finer one below it: `E11` finds `E11.9`.
    #[param(value_type = Option<schemas::Icd10Code>)]
    diagnosis: Option<Icd10Code>,
    /// Only entries that this doctor recorded.
    #[param(value_type = Option<Uuid>)]
    doctor_id: Option<DoctorId>,
    /// Only entries that this account recorded.
    #[param(value_type = Option<Uuid>)]
    author_id: Option<AccountId>,
    /// Adds the entries that were entered in error, for doctors; left out if not given.
    #[serde(default)]
    #[param(default = false)]
    include_entered_in_error: bool,
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
    /// Entries per page; 50 if not given.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u16>,
}

/// One page of a chart.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChartPage {
    /// The entries.
    items: Vec<ChartEntryBody>,
    /// Send as `cursor` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// Number of entries among these that are withheld from you: they belong to a sensitive category or were written at
    /// another clinic, and the patient has not allowed you to see them. Absent in searches by kind, time, diagnosis, doctor or author,
    /// where it would tell what they are about.
    #[serde(skip_serializing_if = "Option::is_none")]
    withheld: Option<u32>,
    /// Set if some events could not be applied: something may be missing or as it was before. Absent if
    /// not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    parked: bool,
}

problems!(Forbidden, NotFound, AccessLogUnavailable);

/// A patient's chart, the latest first: the patient and proxies see it, and doctors who treat the patient. The front desk does
/// not. What the patient has not allowed the caller to see is left out and counted.
#[utoipa::path(
    get,
    path = "/api/v1/patients/{id}/chart",
    tag = "records",
    operation_id = "listChart",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        ChartParameters,
        Position,
    ),
    responses(
        (status = 200, description = "One page", body = ChartPage),
        Problems,
    ),
)]
pub async fn list_chart(
    app: Data<App>,
    caller: Access<permit::ReadChart>,
    Id(patient): Id<PatientId>,
    Query(parameters): Query<ChartParameters>,
    position: Position,
) -> Result<Json<ChartPage>, Problem> {
    let (mut search, limit) = search(patient, parameters)?;
    let readable = read_chart(&app, &caller, patient, patient.as_uuid(), &position).await?;
    search.entered_in_error &= readable.reader.sees_errors;
    let parked = position.wait_for(&app, chart::NAME).await?;
    let shows = |entry: &ChartEntry| readable.shows(entry);
    let found = chart::list(&app.pool, readable.sealing(), &search, shows).await?;
    let withheld = Some(found.withheld).filter(|_| search.tells_nothing());
    // The items of a health summary are one aggregate, whose id is the patient's; so are allergies.
    let list_parked = parked.has(patient.as_uuid());
    let page = Page::cut(found.entries, limit, |entry: &ChartEntry| {
        (entry.occurred_at, entry.entry)
    });
    let page = page.map(|entry| {
        let parked = parked.has(entry.entry) || (list_parked && entry.kind.is_listed());
        let mut body = ChartEntryBody::new(entry, readable.reader);
        body.parked = parked;
        body
    });
    let page = page.lacking(&parked);
    Ok(Json(ChartPage {
        items: page.items,
        next_cursor: page.next_cursor,
        withheld,
        parked: page.parked,
    }))
}

/// Returns the search, and the number of entries of a page.
fn search(patient: PatientId, parameters: ChartParameters) -> Result<(ChartSearch, i64), Problem> {
    let ChartParameters {
        kind,
        from,
        to,
        diagnosis,
        doctor_id,
        author_id,
        include_entered_in_error,
        cursor,
        limit,
    } = parameters;
    let page = PageParameters { cursor, limit };
    let (after, limit) = (page.after()?, page.limit_within(MAX_ENTRIES)?);
    let search = ChartSearch {
        patient,
        kinds: kind.map(|Kinds(kinds)| kinds),
        from,
        to,
        doctor: doctor_id,
        author: author_id,
        content: diagnosis.map(EntryFilter::Diagnosis),
        entered_in_error: include_entered_in_error,
        after,
        limit: limit + 1,
    };
    Ok((search, limit))
}
