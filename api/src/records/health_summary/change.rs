//! A change of an item of a health summary.

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use commands::records::{SummaryChange, SummaryTarget};
use commands::{Context, Fault};
use domain::health_summary::HealthSummary;
use domain::{PatientId, SummaryItemId};

use super::refusal::of_summary;
use crate::app::App;
use crate::http::access::Access;
use crate::http::problem::Problem;
use crate::http::response::changed;
use crate::records::{ChangeOfEntry, EntryHistory, EntryPath, EntryState};

/// Changes an item in the version that the caller has seen.
///
/// # Errors
/// 404 if the item is not shown to the caller, 412 with the difference if it has changed since.
pub async fn change(
    app: &Data<App>,
    caller: &Access<permit::ChangeHealthSummary>,
    path: EntryPath<SummaryItemId>,
    seen: i64,
    change: SummaryChange,
    context: &Context,
) -> Result<HttpResponse, Problem> {
    let EntryPath {
        patient,
        entry: item,
    } = path;
    let of_entry = ChangeOfEntry {
        app,
        caller,
        patient,
        entry: item.as_uuid(),
        seen,
    };
    let chart = of_entry.chart(&history(app, patient, item).await?).await?;
    let target = SummaryTarget {
        patient,
        item,
        expected_revision: seen,
    };
    let done = app
        .records
        .change_summary_item(caller, target, change, &chart, context);
    match done.await {
        Ok(done) => Ok(changed(&done.map(EntryState::from))),
        Err(error) => {
            let history = history(app, patient, item);
            Err(of_entry.problem(error, of_summary, history).await)
        }
    }
}

async fn history(
    app: &App,
    patient: PatientId,
    item: SummaryItemId,
) -> Result<EntryHistory, Fault> {
    let events = app.records.health_summary_events(patient, None).await?;
    let item = item.as_uuid();
    Ok(EntryHistory::from_events::<HealthSummary>(events, item))
}
