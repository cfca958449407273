//! A change of a signed note.

use actix_web::web::Data;
use commands::authorization::{Permit, Resource};
use commands::records::RecordRefusal;
use commands::{CommandError, Fault};
use domain::NoteId;
use domain::note::{Note, NoteRefusal};

use crate::app::App;
use crate::http::access::Access;
use crate::http::problem::{Problem, of_command};
use crate::records::chart::chart_with;
use crate::records::refusal::of_note;
use crate::records::{ChangeOfEntry, EntryHistory};

/// Returns the chart of a note as a resource.
///
/// # Errors
/// 404 if there is no such note, or it is not shown to the caller.
pub async fn chart_of_note<P: Permit>(
    app: &Data<App>,
    caller: &Access<P>,
    note: NoteId,
) -> Result<Resource, Problem> {
    let view = app.records.note(note, None).await?;
    let view = view.ok_or_else(Problem::not_found)?;
    chart_with(app, caller, view.patient, Some(&view)).await
}

/// The problem of a change. A stale one shows the present note to the doctor who changes it, and what changed since.
pub async fn problem<P: Permit>(
    app: &Data<App>,
    caller: &Access<P>,
    chart: &Resource,
    note: NoteId,
    seen: Option<i64>,
    error: CommandError<RecordRefusal<NoteRefusal>>,
) -> Problem {
    let (Some(patient), Some(seen)) = (chart.patient, seen) else {
        return of_command(error, of_note);
    };
    let of_entry = ChangeOfEntry {
        app,
        caller,
        patient,
        entry: note.as_uuid(),
        seen,
    };
    of_entry.problem(error, of_note, history(app, note)).await
}

async fn history(app: &App, note: NoteId) -> Result<EntryHistory, Fault> {
    let events = app.records.note_events(note, None).await?;
    Ok(EntryHistory::from_events::<Note>(events, note.as_uuid()))
}
