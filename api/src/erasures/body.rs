//! An erasure, as it is read.

use chrono::{DateTime, NaiveDate, Utc};
use domain::erasure::KeyFingerprint;
use domain::{AccountId, PatientId, Reason};
use projections::erasures::{Certificate, LegalHold, ListedErasure, Signed};
use serde::Serialize;
use utoipa::ToSchema;

use super::counts::CountsBody;
use crate::http::response::Versioned;
use crate::http::schemas;

/// How it stands with the erasure of a patient.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErasureBody {
    /// The patient.
    #[schema(value_type = Uuid)]
    patient_id: PatientId,
    /// The status.
    #[schema(value_type = schemas::ErasureStatus)]
    status: &'static str,
    /// The last request. Absent if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    requested: Option<StepBody>,
    /// The end of the last request: its approval, refusal or withdrawal. An operator's order is here, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided: Option<StepBody>,
    /// The legal hold, while one is in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    legal_hold: Option<StepBody>,
    /// The time of the last step.
    changed_at: DateTime<Utc>,
    /// Its version.
    version: i64,
    /// Set if what is stored about the person can't be opened, because a key was lost; the server's log says which.
    /// Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(value_type = Option<bool>)]
    unreadable: bool,
}

/// A step of an erasure.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StepBody {
    /// The account that took it; absent if an operator did, at the command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    by: Option<AccountId>,
    /// The time.
    at: DateTime<Utc>,
    /// The reason; an approval has none, and once erased nothing has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::Reason>)]
    reason: Option<Reason>,
}

impl StepBody {
    fn new(step: Signed, reason: Option<Reason>) -> Self {
        let Signed { by, at } = step;
        Self { by, at, reason }
    }
}

impl Versioned for ErasureBody {
    fn version(&self) -> i64 {
        self.version
    }
}

impl From<ListedErasure> for ErasureBody {
    fn from(row: ListedErasure) -> Self {
        let unreadable = row.phi.is_unreadable();
        let reasons = row.phi.into_clear().unwrap_or_default();
        let hold = row
            .hold
            .map(|LegalHold { by, since }| Signed { by, at: since });
        Self {
            patient_id: PatientId::from_uuid(row.person.as_uuid()),
            status: row.status.as_str(),
            requested: row
                .requested
                .map(|step| StepBody::new(step, reasons.request)),
            decided: row
                .decided
                .map(|step| StepBody::new(step, reasons.decision)),
            legal_hold: hold.map(|step| StepBody::new(step, reasons.hold)),
            changed_at: row.changed_at,
            version: row.version,
            unreadable,
        }
    }
}

/// The certificate of an erasure that was carried out.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CertificateBody {
    /// The patient.
    #[schema(value_type = Uuid)]
    patient_id: PatientId,
    /// The time at which it was carried out.
    erased_at: DateTime<Utc>,
    /// What was erased, and what stays.
    counts: CountsBody,
    /// The fingerprint of the key that was destroyed; absent if there was none that could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schemas::KeyFingerprint>)]
    key_fingerprint: Option<KeyFingerprint>,
    /// The day from which on no backup that is kept can be read about the patient.
    backups_unreadable_from: NaiveDate,
}

impl CertificateBody {
    pub(super) fn new(patient: PatientId, certificate: Certificate) -> Self {
        let Certificate {
            at,
            counts,
            key,
            backups_unreadable_from,
        } = certificate;
        Self {
            patient_id: patient,
            erased_at: at,
            counts: counts.into(),
            key_fingerprint: key,
            backups_unreadable_from,
        }
    }
}
