//! A change of vital signs.

use actix_web::HttpResponse;
use actix_web::web::Data;
use commands::authorization::permit;
use commands::records::VitalsChange;
use commands::{Context, Fault, Target};
use domain::VitalsId;
use domain::vitals::Vitals;

use super::refusal::of_vitals;
use crate::app::App;
use crate::http::access::Access;
use crate::http::problem::Problem;
use crate::http::response::changed;
use crate::records::{ChangeOfEntry, EntryHistory, EntryPath, EntryState};

/// Changes a set in the version that the caller has seen.
///
/// # Errors
/// 404 if the set is not shown to the caller, 412 with the difference if it has changed since.
pub async fn change(
    app: &Data<App>,
    caller: &Access<permit::RecordVitals>,
    path: EntryPath<VitalsId>,
    seen: i64,
    change: VitalsChange,
    context: &Context,
) -> Result<HttpResponse, Problem> {
    let EntryPath {
        patient,
        entry: vitals,
    } = path;
    let of_entry = ChangeOfEntry {
        app,
        caller,
        patient,
        entry: vitals.as_uuid(),
        seen,
    };
    let chart = of_entry.chart(&history(app, vitals).await?).await?;
    let target = Target::new(vitals, Some(seen));
    let done = app
        .records
        .change_vitals(caller, patient, target, change, &chart, context);
    match done.await {
        Ok(done) => Ok(changed(&done.map(EntryState::from))),
        Err(error) => {
            let history = history(app, vitals);
            Err(of_entry.problem(error, of_vitals, history).await)
        }
    }
}

async fn history(app: &App, vitals: VitalsId) -> Result<EntryHistory, Fault> {
    let events = app.records.vitals_events(vitals, None).await?;
    Ok(EntryHistory::from_events::<Vitals>(
        events,
        vitals.as_uuid(),
    ))
}
