//! How the list of doctors is asked.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Affiliation, ClinicId, DoctorId, Language, PersonName, Phi, Specialisation, SubjectId,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::ReadError;
use crate::affiliation::{AffiliationColumns, Affiliations, by_doctor};
use crate::columns::{column, json, read};
use crate::error::Corrupt;
use crate::sealed::{Closed, Personal};

/// A doctor, as patients choose one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedDoctor {
    /// Which doctor.
    pub doctor: DoctorId,
    /// The doctor, as a person.
    pub subject: SubjectId,
    /// What names the doctor. Once erased, the doctor is listed without a name.
    pub phi: Phi<DoctorPhi>,
    /// What the doctor is consulted about.
    pub specialisations: BTreeSet<Specialisation>,
    /// What the doctor speaks.
    pub languages: BTreeSet<Language>,
    /// Whether the papers were checked.
    pub verified: bool,
    /// Whether no bookings are taken.
    pub suspended: bool,
    /// Where the doctor works, and on what terms.
    pub affiliations: BTreeMap<ClinicId, Affiliation>,
    /// The version of the doctor that this row shows.
    pub version: i64,
}

/// What names a doctor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DoctorPhi {
    /// What the doctor is called.
    pub name: PersonName,
}

impl ListedDoctor {
    /// What the doctor is called; nothing once erased.
    #[must_use]
    pub fn name(&self) -> Option<&PersonName> {
        self.phi.clear().map(|phi| &phi.name)
    }
}

/// Which doctors are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DoctorSearch {
    /// Only those who work at this clinic.
    pub clinic: Option<ClinicId>,
    /// Only those who are consulted about this.
    pub specialisation: Option<Specialisation>,
    /// Only those who speak this.
    pub language: Option<Language>,
    /// Only those for whom bookings are taken: their papers were checked, and they are not suspended.
    pub bookable_only: bool,
    /// Only those behind this one.
    pub after: Option<DoctorId>,
    /// At most so many.
    pub limit: i64,
}

/// Doctors in the order in which they were registered, which is that of their ids. Names are sealed:
/// the database can't sort by them.
pub async fn list(
    pool: &PgPool,
    search: &DoctorSearch,
) -> Result<Vec<Closed<ListedDoctor>>, ReadError> {
    let doing = "listing doctors";
    let mut connection = pool.acquire().await.map_err(ReadError::doing(doing))?;
    let rows = sqlx::query_file_as!(
        Columns,
        "src/doctor_directory/list.sql",
        search.clinic.map(|clinic| clinic.as_uuid()),
        search.specialisation.as_ref().map(Specialisation::as_str),
        search.language.as_ref().map(Language::as_str),
        search.bookable_only,
        search.after.map(|doctor| doctor.as_uuid()),
        search.limit
    )
    .fetch_all(&mut *connection)
    .await
    .map_err(ReadError::doing(doing))?;
    with_affiliations(&mut connection, rows)
        .await
        .map_err(ReadError::doing(doing))
}

/// One doctor, if the doctor is known.
pub async fn get(
    pool: &PgPool,
    doctor: DoctorId,
) -> Result<Option<Closed<ListedDoctor>>, ReadError> {
    let doing = "reading a doctor";
    let mut connection = pool.acquire().await.map_err(ReadError::doing(doing))?;
    let rows = of(&mut connection, &[doctor.as_uuid()]).await;
    rows.map(|mut rows| rows.pop())
        .map_err(ReadError::doing(doing))
}

/// The rows of some doctors.
pub(super) async fn of(
    connection: &mut PgConnection,
    doctors: &[Uuid],
) -> Result<Vec<Closed<ListedDoctor>>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Columns,
        r#"
        select doctor_id, subject, phi, specialisations, languages, verified, suspended, version
        from doctor_directory
        where doctor_id = any ($1)
        "#,
        doctors
    )
    .fetch_all(&mut *connection)
    .await?;
    with_affiliations(connection, rows).await
}

async fn with_affiliations(
    connection: &mut PgConnection,
    rows: Vec<Columns>,
) -> Result<Vec<Closed<ListedDoctor>>, sqlx::Error> {
    let mut affiliations = affiliations_of(connection, &column(&rows, |row| row.doctor_id)).await?;
    let mut doctors: Vec<Closed<ListedDoctor>> = read(rows)?;
    for doctor in doctors.iter_mut().map(Closed::row_mut) {
        doctor.affiliations = affiliations
            .remove(&doctor.doctor.as_uuid())
            .unwrap_or_default();
    }
    Ok(doctors)
}

async fn affiliations_of(
    connection: &mut PgConnection,
    doctors: &[Uuid],
) -> Result<Affiliations, sqlx::Error> {
    let rows = sqlx::query_as!(
        AffiliationColumns,
        r#"
        select doctor_id, clinic_id, zone, slot_minutes, hours, dated_hours, fee_amount, fee_currency
        from doctor_affiliations
        where doctor_id = any ($1)
        "#,
        doctors
    )
    .fetch_all(connection)
    .await?;
    Ok(by_doctor(rows)?)
}

impl Personal for ListedDoctor {
    type Content = DoctorPhi;

    const TABLE: &'static str = "doctor_directory";

    fn key(&self) -> Uuid {
        self.doctor.as_uuid()
    }

    fn subject(&self) -> SubjectId {
        self.subject
    }

    fn phi(&self) -> &Phi<DoctorPhi> {
        &self.phi
    }

    fn with_phi(self, phi: Phi<DoctorPhi>) -> Self {
        Self { phi, ..self }
    }
}

struct Columns {
    doctor_id: Uuid,
    subject: Uuid,
    phi: Option<String>,
    specialisations: Value,
    languages: Value,
    verified: bool,
    suspended: bool,
    version: i64,
}

/// The doctor alone; the affiliations stand in a table of their own.
impl TryFrom<Columns> for Closed<ListedDoctor> {
    type Error = Corrupt;

    fn try_from(columns: Columns) -> Result<Self, Corrupt> {
        let row = ListedDoctor {
            doctor: DoctorId::from_uuid(columns.doctor_id),
            subject: SubjectId::from_uuid(columns.subject),
            phi: Phi::Erased,
            specialisations: json("specialisations", columns.specialisations)?,
            languages: json("languages", columns.languages)?,
            verified: columns.verified,
            suspended: columns.suspended,
            affiliations: BTreeMap::new(),
            version: columns.version,
        };
        Ok(Self::new(row, columns.phi))
    }
}
