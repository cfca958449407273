//! Signed notes: read, added to, marked as entered in error.

mod add_addendum;
mod change;
mod content;
mod get;
mod mark_in_error;

use std::collections::BTreeSet;

use actix_web::web::{self, ServiceConfig};
use chrono::{DateTime, Utc};
use commands::records::NoteReply;
use domain::note::{Addendum, AddendumContent, NoteContent, NoteStatus, NoteView};
use domain::{AppointmentId, ClinicId, DoctorId, NoteId, PatientId, Reason, SensitiveCategory};
use serde::Serialize;
use utoipa::ToSchema;

use super::chart::ChartReader;
use crate::http::response::Versioned;
use crate::http::schemas;

pub(crate) use {add_addendum::*, content::*, get::*, mark_in_error::*};

/// The routes of this resource.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/notes/{id}", web::get().to(get_note))
        .route("/notes/{id}/addenda", web::post().to(add_addendum))
        .route(
            "/notes/{id}/entered-in-error",
            web::post().to(mark_note_in_error),
        );
}

/// A note after a command.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoteState {
    /// The note.
    #[schema(value_type = Uuid)]
    id: NoteId,
    /// The patient.
    #[schema(value_type = Uuid)]
    patient_id: PatientId,
    /// The status.
    #[schema(value_type = schemas::NoteStatus)]
    status: NoteStatus,
    /// The note's version, as in the `ETag`.
    version: i64,
}

/// A signed note. Once the patient was erased, its content is absent; so it is to all but doctors if the note was
/// entered in error.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoteBody {
    /// The note.
    #[schema(value_type = Uuid)]
    id: NoteId,
    /// The patient.
    #[schema(value_type = Uuid)]
    patient_id: PatientId,
    /// The doctor who wrote it.
    #[schema(value_type = Uuid)]
    doctor_id: DoctorId,
    /// The clinic of the visit.
    #[schema(value_type = Uuid)]
    clinic_id: ClinicId,
    /// The appointment, if the visit had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    appointment_id: Option<AppointmentId>,
    /// The time of the visit.
    visited_at: DateTime<Utc>,
    /// The time of the signature.
    signed_at: DateTime<Utc>,
    /// The status.
    #[schema(value_type = schemas::NoteStatus)]
    status: NoteStatus,
    /// The content.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<NoteContentBody>)]
    content: Option<NoteContent>,
    /// The addenda, in their order.
    addenda: Vec<AddendumBody>,
    /// The sensitive categories that it belongs to, by what it says and what its addenda say. Absent if none.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    #[schema(value_type = Vec<schemas::SensitiveCategory>, required = false)]
    sensitive_categories: BTreeSet<SensitiveCategory>,
    /// The reason for which it was marked as entered in error; doctors see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::Reason>)]
    error_reason: Option<Reason>,
    /// The note's version, as in the `ETag`.
    version: i64,
}

/// An addendum to a note.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddendumBody {
    /// Its number, from 1.
    number: u32,
    /// The doctor who wrote it.
    #[schema(value_type = Uuid)]
    doctor_id: DoctorId,
    /// The time of the signature.
    signed_at: DateTime<Utc>,
    /// The content.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<AddendumContentBody>)]
    content: Option<AddendumContent>,
}

impl Versioned for NoteState {
    fn version(&self) -> i64 {
        self.version
    }
}

impl Versioned for NoteBody {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<NoteReply> for NoteState {
    fn from(reply: NoteReply) -> Self {
        Self {
            id: reply.note,
            patient_id: reply.patient,
            status: reply.status,
            version: reply.version,
        }
    }
}

impl NoteBody {
    /// The note, as this reader sees it.
    pub fn new(view: NoteView, reader: ChartReader) -> Self {
        let status = view.status();
        let shows = status != NoteStatus::EnteredInError || reader.sees_errors;
        let sensitive_categories = if shows {
            view.categories()
        } else {
            BTreeSet::new()
        };
        let error = view.entered_in_error.filter(|_| reader.sees_errors);
        let error = error.and_then(domain::Phi::into_clear);
        let addenda = view.addenda.into_iter();
        Self {
            id: view.note,
            patient_id: view.patient,
            doctor_id: view.doctor,
            clinic_id: view.clinic,
            appointment_id: view.appointment,
            visited_at: view.visited_at,
            signed_at: view.signed_at,
            status,
            content: view.content.into_clear().filter(|_| shows),
            addenda: addenda
                .map(|addendum| AddendumBody::new(addendum, shows))
                .collect(),
            sensitive_categories,
            error_reason: error.map(|error| error.reason),
            version: view.version,
        }
    }
}

impl AddendumBody {
    fn new(addendum: Addendum, shows: bool) -> Self {
        Self {
            number: addendum.number,
            doctor_id: addendum.doctor,
            signed_at: addendum.signed_at,
            content: addendum.content.into_clear().filter(|_| shows),
        }
    }
}
