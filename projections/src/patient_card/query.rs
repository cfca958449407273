//! Queries on the cards of patients.

use std::collections::BTreeSet;

use domain::patient::{PatientEvent, Profile};
use domain::{
    AccountId, BirthDate, EmailAddress, PatientId, PersonName, Phi, PhoneNumber, SubjectId,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::error::{InvalidRow, ReadError};
use crate::sealed::{Personal, SealedRow};
use crate::stored::{fetch, fetch_by_id, json};

/// Card of a patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientCard {
    /// Id of the patient.
    pub patient: PatientId,
    /// The patient, as a person.
    pub subject: SubjectId,
    /// Name, birth date, contact and profile. Once erased, the card says no more than that there was a patient.
    pub phi: Phi<PatientPhi>,
    /// Accounts that may act for the patient.
    pub proxies: BTreeSet<AccountId>,
    /// Sequence number of the last event that this row contains.
    pub version: i64,
}

/// Personal data of a patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PatientPhi {
    /// Name.
    pub name: PersonName,
    /// Birth date.
    pub birth_date: BirthDate,
    /// Phone number.
    pub phone: Option<PhoneNumber>,
    /// E-mail address.
    pub email: Option<EmailAddress>,
    /// The rest of the profile.
    #[serde(flatten)]
    pub profile: Profile,
}

impl PatientCard {
    /// Returns the name; nothing once erased.
    #[must_use]
    pub fn name(&self) -> Option<&PersonName> {
        self.phi.clear().map(|phi| &phi.name)
    }

    /// Returns the birth date; nothing once erased.
    #[must_use]
    pub fn birth_date(&self) -> Option<BirthDate> {
        self.phi.clear().map(|phi| phi.birth_date)
    }

    /// Returns the phone number; nothing if there is none, or once erased.
    #[must_use]
    pub fn phone(&self) -> Option<&PhoneNumber> {
        self.phi.clear()?.phone.as_ref()
    }

    /// Returns the profile, but for the phone number; nothing once erased.
    #[must_use]
    pub fn profile(&self) -> Option<&Profile> {
        self.phi.clear().map(|phi| &phi.profile)
    }

    /// Returns the e-mail address; nothing if there is none, or once erased.
    #[must_use]
    pub fn email(&self) -> Option<&EmailAddress> {
        self.phi.clear()?.email.as_ref()
    }
}

/// Returns the card of a patient, if the patient is known.
pub async fn get(
    pool: &PgPool,
    patient: PatientId,
) -> Result<Option<SealedRow<PatientCard>>, ReadError> {
    fetch_by_id("reading a patient's card", pool, patient.as_uuid()).await
}

/// Returns the cards of those of some patients who are known, in any order.
pub async fn list(
    pool: &PgPool,
    patients: &[PatientId],
) -> Result<Vec<SealedRow<PatientCard>>, ReadError> {
    let fetch = async {
        let mut connection = pool.acquire().await?;
        let ids: Vec<_> = patients.iter().map(PatientId::as_uuid).collect();
        by_ids(&mut connection, &ids).await
    };
    fetch
        .await
        .map_err(ReadError::doing("reading patients' cards"))
}

/// Lists the patients for whom an account may act, by id.
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

/// Returns the rows of some patients.
pub(super) async fn by_ids(
    connection: &mut PgConnection,
    patients: &[Uuid],
) -> Result<Vec<SealedRow<PatientCard>>, sqlx::Error> {
    let rows = sqlx::query_as!(
        PatientRow,
        r#"
        select patient_id, subject, phi, proxies, version
        from patient_cards
        where patient_id = any ($1)
        "#,
        patients
    );
    fetch(rows.fetch_all(connection)).await
}

impl Personal for PatientCard {
    type Content = PatientPhi;

    const TABLE: &'static str = "patient_cards";

    fn subject(&self) -> SubjectId {
        self.subject
    }

    fn phi(&mut self) -> &mut Phi<PatientPhi> {
        &mut self.phi
    }

    /// A contact is a part of the card's personal data, and so are profile and illnesses.
    fn reads_phi(event: &PatientEvent) -> bool {
        matches!(
            event,
            PatientEvent::ContactChanged(_)
                | PatientEvent::ProfileChanged(_)
                | PatientEvent::IllnessesRecorded(_)
        )
    }
}

/// Row of `patient_cards`.
struct PatientRow {
    patient_id: Uuid,
    subject: Uuid,
    phi: Option<String>,
    proxies: Value,
    version: i64,
}

impl TryFrom<PatientRow> for SealedRow<PatientCard> {
    type Error = InvalidRow;

    fn try_from(stored: PatientRow) -> Result<Self, InvalidRow> {
        let row = PatientCard {
            patient: PatientId::from_uuid(stored.patient_id),
            subject: SubjectId::from_uuid(stored.subject),
            phi: Phi::Erased,
            proxies: json("proxies", stored.proxies)?,
            version: stored.version,
        };
        Ok(Self::new(row, stored.phi))
    }
}
