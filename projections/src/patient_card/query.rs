//! How the cards of patients are asked.

use std::collections::BTreeSet;

use domain::{
    AccountId, BirthDate, EmailAddress, PatientId, PersonName, Phi, PhoneNumber, SubjectId,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use crate::ReadError;
use crate::columns::{json, read};
use crate::error::Corrupt;
use crate::sealed::{Closed, Personal};

/// A patient, as those see them who may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientCard {
    /// Which patient.
    pub patient: PatientId,
    /// The patient, as a person.
    pub subject: SubjectId,
    /// Who the patient is. Once erased, the card says no more than that there was a patient.
    pub phi: Phi<PatientPhi>,
    /// Whose sign-ins may act for the patient.
    pub proxies: BTreeSet<AccountId>,
    /// The version of the patient that this card shows.
    pub version: i64,
}

/// Who a patient is and how to reach them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PatientPhi {
    /// What the patient is called.
    pub name: PersonName,
    /// When the patient was born.
    pub birth_date: BirthDate,
    /// Where calls reach the patient.
    pub phone: Option<PhoneNumber>,
    /// Where mail reaches the patient.
    pub email: Option<EmailAddress>,
}

impl PatientCard {
    /// What the patient is called; nothing once erased.
    #[must_use]
    pub fn name(&self) -> Option<&PersonName> {
        self.phi.clear().map(|phi| &phi.name)
    }

    /// When the patient was born; nothing once erased.
    #[must_use]
    pub fn birth_date(&self) -> Option<BirthDate> {
        self.phi.clear().map(|phi| phi.birth_date)
    }

    /// Where calls reach the patient; nothing where they do not, or once erased.
    #[must_use]
    pub fn phone(&self) -> Option<&PhoneNumber> {
        self.phi.clear()?.phone.as_ref()
    }

    /// Where mail reaches the patient; nothing where it does not, or once erased.
    #[must_use]
    pub fn email(&self) -> Option<&EmailAddress> {
        self.phi.clear()?.email.as_ref()
    }
}

/// One patient's card, if the patient is known.
pub async fn get(
    pool: &PgPool,
    patient: PatientId,
) -> Result<Option<Closed<PatientCard>>, ReadError> {
    let rows = of(pool, &[patient.as_uuid()]).await;
    rows.map(|mut rows| rows.pop())
        .map_err(ReadError::doing("reading a patient's card"))
}

/// The patients for whom an account may act, by id.
pub async fn patients_of_proxy(
    pool: &PgPool,
    account: AccountId,
) -> Result<Vec<PatientId>, ReadError> {
    let patients = sqlx::query_scalar!(
        r#"
        select patient_id
        from patient_cards
        where proxies @> to_jsonb(array[$1::uuid])
        order by patient_id
        "#,
        account.as_uuid()
    )
    .fetch_all(pool)
    .await
    .map_err(ReadError::doing("reading whom an account may act for"))?;
    Ok(patients.into_iter().map(PatientId::from_uuid).collect())
}

/// The rows of some patients.
pub(super) async fn of(
    executor: impl PgExecutor<'_>,
    patients: &[Uuid],
) -> Result<Vec<Closed<PatientCard>>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Columns,
        r#"
        select patient_id, subject, phi, proxies, version
        from patient_cards
        where patient_id = any ($1)
        "#,
        patients
    )
    .fetch_all(executor)
    .await?;
    read(rows)
}

impl Personal for PatientCard {
    type Content = PatientPhi;

    const TABLE: &'static str = "patient_cards";

    fn key(&self) -> Uuid {
        self.patient.as_uuid()
    }

    fn subject(&self) -> SubjectId {
        self.subject
    }

    fn phi(&self) -> &Phi<PatientPhi> {
        &self.phi
    }

    fn with_phi(self, phi: Phi<PatientPhi>) -> Self {
        Self { phi, ..self }
    }
}

struct Columns {
    patient_id: Uuid,
    subject: Uuid,
    phi: Option<String>,
    proxies: Value,
    version: i64,
}

impl TryFrom<Columns> for Closed<PatientCard> {
    type Error = Corrupt;

    fn try_from(columns: Columns) -> Result<Self, Corrupt> {
        let row = PatientCard {
            patient: PatientId::from_uuid(columns.patient_id),
            subject: SubjectId::from_uuid(columns.subject),
            phi: Phi::Erased,
            proxies: json("proxies", columns.proxies)?,
            version: columns.version,
        };
        Ok(Self::new(row, columns.phi))
    }
}
