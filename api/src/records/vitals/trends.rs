//! `GET /api/v1/patients/{id}/vitals/trends`

use actix_web::web::{Data, Json};
use chrono::{DateTime, Utc};
use commands::authorization::permit;
use domain::PatientId;
use domain::vitals::DerivedSign;
use projections::chart::{self, ChartEntry, ChartSearch, EntryFilter, EntryKind};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::http::access::Access;
use crate::http::ids::Id;
use crate::http::instant::instant_if_any;
use crate::http::page::{Page, PageParameters};
use crate::http::position::Position;
use crate::http::problem::{Flaw, Problem};
use crate::http::problem_responses::problems;
use crate::http::query::Query;
use crate::http::schemas;
use crate::records::chart::read_chart;
use crate::records::{AuthorBody, MAX_ENTRIES};

/// A vital sign, and a span of time.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TrendParameters {
    /// The LOINC code of the vital sign, or of the body mass index.
    #[param(value_type = schemas::VitalSignCode)]
    code: String,
    /// Only what was measured then or later.
    #[serde(default, deserialize_with = "instant_if_any")]
    from: Option<DateTime<Utc>>,
    /// Only what was measured before.
    #[serde(default, deserialize_with = "instant_if_any")]
    to: Option<DateTime<Utc>>,
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
    /// Points per page; 50 if not given.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u16>,
}

/// A trend: the values of a vital sign in one unit, the latest first.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrendBody {
    /// The LOINC code.
    #[schema(value_type = schemas::VitalSignCode)]
    code: &'static str,
    /// The UCUM code of the unit of all values.
    #[schema(value_type = schemas::Unit)]
    unit: &'static str,
    /// The values.
    items: Vec<TrendPoint>,
    /// Send as `cursor` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// Number of sets of vital signs in this time that are withheld from you, whatever they have.
    withheld: u32,
    /// Set if some events could not be applied: something may be missing or as it was before. Absent if
    /// not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    parked: bool,
}

/// One value of a trend.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrendPoint {
    /// The set of vital signs.
    entry_id: Uuid,
    /// The time of the measurement.
    taken_at: DateTime<Utc>,
    /// The value in the trend's unit.
    #[schema(value_type = schemas::MeasuredValue)]
    value: String,
    /// The author, by whose role a patient's own value is told from one that staff measured.
    author: AuthorBody,
}

problems!(Forbidden, NotFound, AccessLogUnavailable);

/// The trend of a vital sign: those who may read the chart see it. Values that were entered in error are left out.
#[utoipa::path(
    get,
    path = "/api/v1/patients/{id}/vitals/trends",
    tag = "records",
    operation_id = "getVitalsTrend",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        TrendParameters,
        Position,
    ),
    responses(
        (status = 200, description = "One page", body = TrendBody),
        Problems,
    ),
)]
pub async fn get_vitals_trend(
    app: Data<App>,
    caller: Access<permit::ReadChart>,
    Id(patient): Id<PatientId>,
    Query(parameters): Query<TrendParameters>,
    position: Position,
) -> Result<Json<TrendBody>, Problem> {
    let TrendParameters {
        code,
        from,
        to,
        cursor,
        limit,
    } = parameters;
    let sign = DerivedSign::from_loinc(&code).ok_or_else(unknown_code)?;
    let page = PageParameters { cursor, limit };
    let (after, limit) = (page.after()?, page.limit_within(MAX_ENTRIES)?);
    let readable = read_chart(&app, &caller, patient, patient.as_uuid(), &position).await?;
    let parked = position.wait_for(&app, chart::NAME).await?;
    let search = ChartSearch {
        patient,
        kinds: Some(vec![EntryKind::Vitals]),
        from,
        to,
        doctor: None,
        author: None,
        content: Some(EntryFilter::Sign(sign)),
        entered_in_error: false,
        after,
        limit: limit + 1,
    };
    let shows = |entry: &ChartEntry| readable.shows(entry);
    let found = chart::list(&app.pool, readable.sealing(), &search, shows).await?;
    let page = Page::cut(found.entries, limit, |entry: &ChartEntry| {
        (entry.occurred_at, entry.entry)
    });
    let Page {
        items,
        next_cursor,
        parked,
    } = page.lacking(&parked);
    let points = items.iter().filter_map(|entry| point(entry, sign));
    Ok(Json(TrendBody {
        code: sign.loinc(),
        unit: sign.unit(),
        items: points.collect(),
        next_cursor,
        withheld: found.withheld,
        parked,
    }))
}

fn point(entry: &ChartEntry, sign: DerivedSign) -> Option<TrendPoint> {
    let value = entry.measurements()?.derived(sign)?;
    Some(TrendPoint {
        entry_id: entry.entry,
        taken_at: entry.occurred_at,
        value: value.to_string(),
        author: entry.author.into(),
    })
}

fn unknown_code() -> Problem {
    Problem::malformed(vec![Flaw::at("code", "not the code of a vital sign")])
}
