//! An entry of a chart, as answers show it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use commands::records::{HealthSummaryReply, VitalsReply};
use domain::record::PartialDate;
use domain::{
    AccountId, AppointmentId, ClinicId, DoctorId, PatientId, Reason, Role, SensitiveCategory,
};
use projections::chart::{ChartEntry, EntryAuthor, EntryKind, EntryStatus};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::content::EntryContentBody;
use crate::http::response::Versioned;
use crate::http::schemas;
use crate::records::chart::ChartReader;

/// An entry of a chart after a command.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EntryState {
    /// The entry.
    id: Uuid,
    /// The patient.
    #[schema(value_type = Uuid)]
    patient_id: PatientId,
    /// Its version, as in the `ETag`: the number of its last revision.
    version: i64,
}

/// The author of an entry or of a revision.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuthorBody {
    /// The account; absent if the program did it by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    account_id: Option<AccountId>,
    /// The role in which it acted. What the role `PATIENT` recorded was entered by the patient or a proxy.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::Role>)]
    role: Option<Role>,
    /// The doctor, if one acted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    doctor_id: Option<DoctorId>,
}

/// An entry of a chart. Once the patient was erased, it says no more than that there was one; so it does to all but
/// doctors if it was entered in error.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChartEntryBody {
    /// The entry.
    pub id: Uuid,
    /// Its kind.
    #[schema(value_type = schemas::EntryKind)]
    kind: EntryKind,
    /// Its status.
    #[schema(value_type = schemas::EntryStatus)]
    status: EntryStatus,
    /// The time that it is about: of a visit or a measurement, else that of the record.
    pub occurred_at: DateTime<Utc>,
    /// The time at which it was first recorded.
    recorded_at: DateTime<Utc>,
    /// The author of the first revision.
    author: AuthorBody,
    /// The clinic of its visit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    clinic_id: Option<ClinicId>,
    /// Its visit, if it was recorded at one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    appointment_id: Option<AppointmentId>,
    /// What it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<EntryContentBody>,
    /// The date of its end, if it has ended and the date is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::PartialDate>)]
    ended_on: Option<PartialDate>,
    /// The reason of its status, if one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::Reason>)]
    reason: Option<Reason>,
    /// The sensitive categories that it belongs to. Absent if none.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    #[schema(value_type = Vec<schemas::SensitiveCategory>, required = false)]
    sensitive_categories: BTreeSet<SensitiveCategory>,
    /// Its version: the number of its last revision. With a change of vital signs or of an item of the health summary it is
    /// sent as `If-Match`.
    version: i64,
    /// Set if what is stored about the person can't be opened, because a key was lost; the server's log says which.
    /// Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    unreadable: bool,
    /// Set if a later event of it could not be applied: it is shown as it was before. Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    pub parked: bool,
}

impl ChartEntryBody {
    /// The entry, as this reader sees it.
    pub fn new(entry: ChartEntry, reader: ChartReader) -> Self {
        let unreadable = entry.phi.is_unreadable();
        let shows = reader.sees_errors || entry.status != EntryStatus::EnteredInError;
        let sensitive_categories = if shows {
            entry.categories()
        } else {
            BTreeSet::new()
        };
        let phi = entry.phi.into_clear().filter(|_| shows);
        let (content, ended_on, reason) = match phi {
            Some(phi) => (Some(phi.content.into()), phi.ended_on, phi.reason),
            None => (None, None, None),
        };
        Self {
            id: entry.entry,
            kind: entry.kind,
            status: entry.status,
            occurred_at: entry.occurred_at,
            recorded_at: entry.recorded_at,
            author: entry.author.into(),
            clinic_id: entry.clinic,
            appointment_id: entry.appointment,
            content,
            ended_on,
            reason,
            sensitive_categories,
            version: entry.revision.into(),
            unreadable,
            parked: false,
        }
    }
}

impl ChartEntryBody {
    /// Returns whether this reader may see what the entry says.
    pub fn shows(&self, reader: ChartReader) -> bool {
        reader.sees_errors || self.status != EntryStatus::EnteredInError
    }
}

impl From<EntryAuthor> for AuthorBody {
    fn from(author: EntryAuthor) -> Self {
        Self {
            account_id: author.account,
            role: author.role,
            doctor_id: author.doctor,
        }
    }
}

impl Versioned for EntryState {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<VitalsReply> for EntryState {
    fn from(reply: VitalsReply) -> Self {
        Self {
            id: reply.vitals.as_uuid(),
            patient_id: reply.patient,
            version: reply.version,
        }
    }
}

impl From<HealthSummaryReply> for EntryState {
    fn from(reply: HealthSummaryReply) -> Self {
        Self {
            id: reply.item.as_uuid(),
            patient_id: reply.patient,
            version: reply.revision.into(),
        }
    }
}
