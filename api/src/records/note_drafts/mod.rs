//! Drafts of notes: begun, saved as they are written, signed by their author.

mod begin;
mod discard;
mod get;
mod list;
mod save;
mod sign;

use actix_web::web::{self, ServiceConfig};
use chrono::{DateTime, Utc};
use commands::authorization::{Resource, permit};
use commands::ports::{AccessedItem, ItemKind, StoredDraft};
use commands::records::{DraftReply, RecordRefusal};
use commands::{CommandError, Target};
use domain::note::{NoteContent, NoteDraft, NoteRefusal};
use domain::{AppointmentId, ClinicId, NoteId, PatientId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::difference::Difference;
use super::notes::NoteContentBody;
use super::refusal::of_note;
use crate::app::App;
use crate::http::access::Access;
use crate::http::instant::instant;
use crate::http::problem::{Problem, of_command};
use crate::http::response::Versioned;

pub(crate) use {begin::*, discard::*, get::*, list::*, save::*, sign::*};

/// The routes of this resource.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/patients/{id}/note-drafts", web::post().to(begin_note))
        .route("/note-drafts", web::get().to(list_drafts))
        .route("/note-drafts/{id}", web::get().to(get_draft))
        .route("/note-drafts/{id}", web::put().to(save_draft))
        .route("/note-drafts/{id}", web::delete().to(discard_draft))
        .route("/note-drafts/{id}/sign", web::post().to(sign_note));
}

/// What is written of a note so far, all of it. It may be incomplete.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DraftRequest {
    /// The clinic of the visit.
    #[schema(value_type = Uuid)]
    clinic_id: ClinicId,
    /// The appointment, if the visit has one.
    #[schema(value_type = Option<Uuid>)]
    appointment_id: Option<AppointmentId>,
    /// The time of the visit. A note is not signed before it.
    #[schema(example = "2027-01-03T04:30:00Z")]
    #[serde(deserialize_with = "instant")]
    visited_at: DateTime<Utc>,
    /// The content.
    content: NoteContentBody,
}

/// A draft after a command.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DraftState {
    /// The note that it becomes.
    #[schema(value_type = Uuid)]
    pub id: NoteId,
    /// The draft's version, as in the `ETag`.
    version: i64,
}

/// A draft of a note, which only its author sees.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DraftBody {
    /// The note that it becomes.
    #[schema(value_type = Uuid)]
    id: NoteId,
    /// The patient.
    #[schema(value_type = Uuid)]
    patient_id: PatientId,
    /// The clinic of the visit.
    #[schema(value_type = Uuid)]
    clinic_id: ClinicId,
    /// The appointment, if the visit has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    appointment_id: Option<AppointmentId>,
    /// The time of the visit.
    visited_at: DateTime<Utc>,
    /// The content.
    #[schema(value_type = NoteContentBody)]
    content: NoteContent,
    /// The time at which it was saved last.
    saved_at: DateTime<Utc>,
    /// The draft's version, as in the `ETag`.
    version: i64,
}

impl Versioned for DraftState {
    fn version(&self) -> i64 {
        self.version
    }
}

impl Versioned for DraftBody {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<DraftReply> for DraftState {
    fn from(reply: DraftReply) -> Self {
        Self {
            id: reply.note,
            version: reply.version,
        }
    }
}

impl From<DraftRequest> for NoteDraft {
    fn from(request: DraftRequest) -> Self {
        Self {
            clinic: request.clinic_id,
            appointment: request.appointment_id,
            visited_at: request.visited_at,
            content: request.content.into(),
        }
    }
}

impl From<StoredDraft> for DraftBody {
    fn from(stored: StoredDraft) -> Self {
        let draft = stored.draft;
        Self {
            id: stored.note,
            patient_id: stored.patient,
            clinic_id: draft.clinic,
            appointment_id: draft.appointment,
            visited_at: draft.visited_at,
            content: draft.content,
            saved_at: stored.saved_at,
            version: stored.version,
        }
    }
}

/// Records that the author of a draft sees it.
///
/// # Errors
/// 503 if that can't be recorded.
async fn record_draft(
    caller: &Access<permit::SignNote>,
    stored: &StoredDraft,
) -> Result<(), Problem> {
    let draft = Resource {
        patient: Some(stored.patient),
        ..Resource::of_account(stored.author)
    };
    let item = AccessedItem::new(ItemKind::Chart, stored.note.as_uuid());
    caller.disclose(&draft, item).await.map(|_| ())
}

/// The problem of a command on a draft. A stale one shows the present draft, and the fields that changed since.
async fn problem(
    app: &App,
    caller: &Access<permit::SignNote>,
    target: Target<NoteId>,
    error: CommandError<RecordRefusal<NoteRefusal>>,
) -> Problem {
    let is_stale = matches!(error, CommandError::Stale);
    let problem = of_command(error, of_note);
    let Some(seen) = target.expected_version.filter(|_| is_stale) else {
        return problem;
    };
    match app.records.draft(caller, target.id).await {
        Ok(stored) => {
            if let Err(problem) = record_draft(caller, &stored).await {
                return problem;
            }
            let changed = stored.fields.since(seen);
            problem.differing(Difference::new(&DraftBody::from(stored), changed))
        }
        Err(error) => of_command(error, of_note),
    }
}
