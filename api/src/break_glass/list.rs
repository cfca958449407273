//! `GET /api/v1/break-glass`

use actix_web::web::{Data, Json};
use chrono::{DateTime, Utc};
use commands::authorization::{Authorized, Relation, permit};
use commands::ports::{AccessedItem, ItemKind};
use domain::break_glass::Verdict;
use domain::{AccountId, BreakGlassId, ClinicId, ClinicScope, DoctorId, PatientId, Reason, Role};
use projections::break_glass::{self, BreakGlassSearch, ListedBreakGlass};
use projections::open_all;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::http::access::Access;
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
pub struct BreakGlassParameters {
    /// Adds those that were reviewed; left out if not given.
    #[serde(default)]
    #[param(default = false)]
    include_reviewed: bool,
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
    /// Items per page; 50 if not given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

/// An emergency access to a chart.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BreakGlassBody {
    /// The access.
    #[schema(value_type = Uuid)]
    id: BreakGlassId,
    /// The patient.
    #[schema(value_type = Uuid)]
    patient_id: PatientId,
    /// The account that has access.
    #[schema(value_type = Uuid)]
    account_id: AccountId,
    /// The doctor, if the account is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    doctor_id: Option<DoctorId>,
    /// The clinic that reviews it.
    #[schema(value_type = Uuid)]
    clinic_id: ClinicId,
    /// The reason; absent once the patient was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::Reason>)]
    reason: Option<Reason>,
    /// The time at which it was opened.
    opened_at: DateTime<Utc>,
    /// The end of the access.
    until: DateTime<Utc>,
    /// The verdict, once it was reviewed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::Verdict>)]
    verdict: Option<&'static str>,
    /// The reviewer's note, if there is one; absent once the patient was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::Reason>)]
    note: Option<Reason>,
    /// The time of the review.
    #[serde(skip_serializing_if = "Option::is_none")]
    reviewed_at: Option<DateTime<Utc>>,
    /// The account that reviewed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    reviewed_by: Option<AccountId>,
    /// Its version.
    version: i64,
    /// Set if what is stored about the person can't be opened, because a key was lost; the server's log says which.
    /// Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    unreadable: bool,
}

impl From<ListedBreakGlass> for BreakGlassBody {
    fn from(row: ListedBreakGlass) -> Self {
        let unreadable = row.phi.is_unreadable();
        let phi = row.phi.into_clear();
        let (reason, note) = phi.map(|phi| (phi.reason, phi.note)).unzip();
        Self {
            id: row.break_glass,
            patient_id: row.patient,
            account_id: row.account,
            doctor_id: row.doctor,
            clinic_id: row.clinic,
            reason,
            opened_at: row.opened_at,
            until: row.ends_at,
            verdict: row.verdict.map(Verdict::as_str),
            note: note.flatten(),
            reviewed_at: row.reviewed_at,
            reviewed_by: row.reviewed_by,
            version: row.version,
            unreadable,
        }
    }
}

problems!(Forbidden, AccessLogUnavailable);

/// Emergency accesses to charts that wait for their review, the oldest first: an admin sees those of the own clinics.
#[utoipa::path(
    get,
    path = "/api/v1/break-glass",
    tag = "patients",
    operation_id = "listBreakGlass",
    security(("bearer" = [])),
    params(
        BreakGlassParameters,
        Position,
    ),
    responses(
        (status = 200, description = "One page", body = Page<BreakGlassBody>),
        Problems,
    ),
)]
pub async fn list_break_glass(
    app: Data<App>,
    caller: Access<permit::ReviewBreakGlass>,
    Query(parameters): Query<BreakGlassParameters>,
    position: Position,
) -> Result<Json<Page<BreakGlassBody>>, Problem> {
    let BreakGlassParameters {
        include_reviewed,
        cursor,
        limit,
    } = parameters;
    let page = PageParameters { cursor, limit };
    let (after, limit) = (page.after()?, page.limit()?);
    let parked = position.wait_for(&app, break_glass::NAME).await?;
    let search = BreakGlassSearch {
        clinics: clinics(&caller.clinics),
        unreviewed_only: !include_reviewed,
        after,
        limit: limit + 1,
    };
    let rows = break_glass::list(&app.pool, &search).await?;
    let page = Page::cut(rows, limit, |row| {
        (row.row().opened_at, row.row().break_glass)
    });
    let patients = page.items.iter().map(|row| row.row().patient).collect();
    let authorized = Authorized {
        role: Role::Admin,
        relation: Relation::Clinic,
    };
    let item = AccessedItem::new(ItemKind::BreakGlass, caller.account.as_uuid());
    let disclosure = caller.disclose_of(&patients, Ok(authorized), item).await?;
    let rows = open_all(disclosure.sealing(), page.items).await?;
    Ok(Json(Page {
        items: rows.into_iter().map(BreakGlassBody::from).collect(),
        next_cursor: page.next_cursor,
        parked: parked.any(),
    }))
}

/// The clinics of a scope; none for all of them.
fn clinics(scope: &ClinicScope) -> Option<Vec<ClinicId>> {
    match scope {
        ClinicScope::All => None,
        ClinicScope::Only(clinics) => Some(clinics.iter().copied().collect()),
    }
}
