//! Query for the consents of a patient.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::consent::{ConsentEvent, ConsentGiver, ConsentPurpose};
use domain::{ConsentId, PatientId, Phi, SubjectId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::error::{InvalidRow, ReadError};
use crate::sealed::{Personal, SealedRow};
use crate::stored::{fetch, fetch_by_id, json};

/// The consents of a patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientConsents {
    /// Id of the patient.
    pub patient: PatientId,
    /// All consents that were ever given, without their purposes.
    pub given: BTreeMap<ConsentId, GivenConsent>,
    /// The patient, as a person.
    pub subject: SubjectId,
    /// Purposes of the consents. Once erased, none is known.
    pub phi: Phi<ConsentPhi>,
    /// Sequence number of the last event that this row contains.
    pub version: i64,
}

/// A consent without its purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GivenConsent {
    /// Person who gave it.
    pub given_by: ConsentGiver,
    /// Instant from which on it counts.
    pub from: DateTime<Utc>,
    /// End, if it has one.
    pub until: Option<DateTime<Utc>>,
    /// Instant at which it was withdrawn, if it was.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

/// Personal data of consents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConsentPhi {
    /// Purpose of each consent.
    pub purposes: BTreeMap<ConsentId, ConsentPurpose>,
}

impl PatientConsents {
    /// Returns the purpose of a consent; nothing once erased.
    #[must_use]
    pub fn purpose(&self, consent: ConsentId) -> Option<ConsentPurpose> {
        self.phi.clear()?.purposes.get(&consent).copied()
    }
}

/// Returns the consents of a patient; nothing if the patient never gave one.
pub async fn get(
    pool: &PgPool,
    patient: PatientId,
) -> Result<Option<SealedRow<PatientConsents>>, ReadError> {
    fetch_by_id("reading the consents of a patient", pool, patient.as_uuid()).await
}

/// Returns the rows of some patients.
pub(super) async fn by_ids(
    connection: &mut PgConnection,
    patients: &[Uuid],
) -> Result<Vec<SealedRow<PatientConsents>>, sqlx::Error> {
    let rows = sqlx::query_as!(
        ConsentsRow,
        r#"
        select patient_id, given, subject, phi, version
        from patient_consents
        where patient_id = any ($1)
        "#,
        patients
    );
    fetch(rows.fetch_all(connection)).await
}

impl Personal for PatientConsents {
    type Content = ConsentPhi;

    const TABLE: &'static str = "patient_consents";

    fn subject(&self) -> SubjectId {
        self.subject
    }

    fn phi(&mut self) -> &mut Phi<ConsentPhi> {
        &mut self.phi
    }

    /// A further consent adds its purpose to those of the others.
    fn reads_phi(event: &ConsentEvent) -> bool {
        matches!(event, ConsentEvent::Granted(_))
    }
}

/// Row of `patient_consents`.
struct ConsentsRow {
    patient_id: Uuid,
    given: Value,
    subject: Uuid,
    phi: Option<String>,
    version: i64,
}

impl TryFrom<ConsentsRow> for SealedRow<PatientConsents> {
    type Error = InvalidRow;

    fn try_from(stored: ConsentsRow) -> Result<Self, InvalidRow> {
        let row = PatientConsents {
            patient: PatientId::from_uuid(stored.patient_id),
            given: json("given", stored.given)?,
            subject: SubjectId::from_uuid(stored.subject),
            phi: Phi::Erased,
            version: stored.version,
        };
        Ok(Self::new(row, stored.phi))
    }
}
