//! `GET /api/v1/patients/{id}/chart/{entryId}`

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use commands::Fault;
use commands::authorization::permit;
use domain::allergy_list::AllergyList;
use domain::health_summary::HealthSummary;
use domain::note::Note;
use domain::prescription::Prescription;
use domain::vitals::Vitals;
use domain::{NoteId, PrescriptionId, VitalsId};
use projections::chart::{self, ChartEntry, EntryKind};
use uuid::Uuid;

use super::history::{ChartEntryHistory, EntryHistory};
use super::path::EntryPath;
use crate::app::App;
use crate::http::access::Access;
use crate::http::position::Position;
use crate::http::problem::Problem;
use crate::http::problem_responses::problems;
use crate::http::query::Query;
use crate::http::response::found;
use crate::records::as_of::AsOfParameters;
use crate::records::chart::read_chart;

problems!(Forbidden, NotFound, AccessLogUnavailable);

/// An entry of a chart and its revisions, now or as of an earlier time: those who may read the chart see it. Of one that was
/// entered in error, doctors do.
#[utoipa::path(
    get,
    path = "/api/v1/patients/{id}/chart/{entryId}",
    tag = "records",
    operation_id = "getChartEntry",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The patient"),
        ("entryId" = Uuid, Path, description = "The entry"),
        AsOfParameters,
        Position,
    ),
    responses(
        (status = 200, description = "The entry", body = ChartEntryHistory),
        Problems,
    ),
)]
pub async fn get_chart_entry(
    app: Data<App>,
    caller: Access<permit::ReadChart>,
    path: EntryPath<Uuid>,
    Query(parameters): Query<AsOfParameters>,
    position: Position,
) -> Result<HttpResponse, Problem> {
    let readable = read_chart(&app, &caller, path.patient, path.entry, &position).await?;
    position.wait_for(&app, chart::NAME).await?;
    let entry = chart::get(&app.pool, readable.sealing(), path.patient, path.entry).await?;
    let entry = entry.filter(|entry| readable.shows(entry));
    let entry = entry.ok_or_else(Problem::not_found)?;
    let history = history(&app, &entry, parameters.as_of).await?;
    let shown = history.shown(&readable).ok_or_else(Problem::not_found)?;
    Ok(found(&shown))
}

/// Reads the history of an entry from the log.
async fn history(
    app: &App,
    entry: &ChartEntry,
    as_of: Option<DateTime<Utc>>,
) -> Result<EntryHistory, Fault> {
    let (records, id) = (&app.records, entry.entry);
    match entry.kind {
        EntryKind::Note => {
            let events = records.note_events(NoteId::from_uuid(id), as_of).await?;
            Ok(EntryHistory::from_events::<Note>(events, id))
        }
        EntryKind::Prescription => {
            let prescription = PrescriptionId::from_uuid(id);
            let events = records.prescription_events(prescription, as_of).await?;
            Ok(EntryHistory::from_events::<Prescription>(events, id))
        }
        EntryKind::Allergy => {
            let events = records.allergy_events(entry.patient, as_of).await?;
            Ok(EntryHistory::from_events::<AllergyList>(events, id))
        }
        EntryKind::Vitals => {
            let events = records
                .vitals_events(VitalsId::from_uuid(id), as_of)
                .await?;
            Ok(EntryHistory::from_events::<Vitals>(events, id))
        }
        EntryKind::Problem
        | EntryKind::Immunisation
        | EntryKind::FamilyHistory
        | EntryKind::SocialHistory => {
            let events = records.health_summary_events(entry.patient, as_of).await?;
            Ok(EntryHistory::from_events::<HealthSummary>(events, id))
        }
    }
}
