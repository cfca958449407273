//! Queries on the list of doctors.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Affiliation, ClinicId, DoctorId, Language, PersonName, Phi, Specialisation, SubjectId,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::affiliation::{AffiliationRow, Affiliations, by_doctor};
use crate::error::{InvalidRow, ReadError};
use crate::sealed::{Personal, SealedRow};
use crate::stored::{column, fetch_by_id, json};

/// A doctor, as patients see one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedDoctor {
    /// Id of the doctor.
    pub doctor: DoctorId,
    /// The doctor, as a person.
    pub subject: SubjectId,
    /// Name. Once erased, the doctor is listed without one.
    pub phi: Phi<DoctorPhi>,
    /// Specialisations.
    pub specialisations: BTreeSet<Specialisation>,
    /// Languages that the doctor speaks.
    pub languages: BTreeSet<Language>,
    /// True once the papers were checked.
    pub verified: bool,
    /// True while no bookings are taken.
    pub suspended: bool,
    /// Clinics at which the doctor works, each with its terms.
    pub affiliations: BTreeMap<ClinicId, Affiliation>,
    /// Sequence number of the last event that this row contains.
    pub version: i64,
}

/// Personal data of a doctor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DoctorPhi {
    /// Name.
    pub name: PersonName,
}

impl ListedDoctor {
    /// Returns the name; nothing once erased.
    #[must_use]
    pub fn name(&self) -> Option<&PersonName> {
        self.phi.clear().map(|phi| &phi.name)
    }
}

/// Search for doctors.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DoctorSearch {
    /// Only those at this clinic.
    pub clinic: Option<ClinicId>,
    /// Only those with this specialisation.
    pub specialisation: Option<Specialisation>,
    /// Only those who speak this language.
    pub language: Option<Language>,
    /// Only those who can be booked: their papers were checked, and they are not suspended.
    pub bookable_only: bool,
    /// Only those behind this one.
    pub after: Option<DoctorId>,
    /// Limit of the answer.
    pub limit: i64,
}

impl DoctorSearch {
    fn has_filter(&self) -> bool {
        self.clinic.is_some() || self.specialisation.is_some() || self.language.is_some()
    }
}

/// Lists doctors by id, which is the order in which they were registered. Names are sealed: the database
/// can't sort by them.
pub async fn list(
    pool: &PgPool,
    search: &DoctorSearch,
) -> Result<Vec<SealedRow<ListedDoctor>>, ReadError> {
    let doing = ReadError::doing("listing doctors");
    listed(pool, search).await.map_err(doing)
}

async fn listed(
    pool: &PgPool,
    search: &DoctorSearch,
) -> Result<Vec<SealedRow<ListedDoctor>>, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    let after = search.after.map(|doctor| doctor.as_uuid());
    let rows = if search.has_filter() {
        sqlx::query_file_as!(
            DoctorRow,
            "src/doctor_directory/search.sql",
            search.clinic.map(|clinic| clinic.as_uuid()),
            search.specialisation.as_ref().map(Specialisation::as_str),
            search.language.as_ref().map(Language::as_str),
            search.bookable_only,
            after,
            search.limit
        )
        .fetch_all(&mut *connection)
        .await?
    } else {
        sqlx::query_file_as!(
            DoctorRow,
            "src/doctor_directory/list.sql",
            search.bookable_only,
            after,
            search.limit
        )
        .fetch_all(&mut *connection)
        .await?
    };
    with_affiliations(&mut connection, rows).await
}

/// Returns some doctors, those that are known.
pub async fn some(
    pool: &PgPool,
    doctors: &[DoctorId],
) -> Result<Vec<SealedRow<ListedDoctor>>, ReadError> {
    let read = async {
        let mut connection = pool.acquire().await?;
        let ids: Vec<_> = doctors.iter().map(DoctorId::as_uuid).collect();
        by_ids(&mut connection, &ids).await
    };
    read.await.map_err(ReadError::doing("reading some doctors"))
}

/// Returns a doctor, if the doctor is known.
pub async fn get(
    pool: &PgPool,
    doctor: DoctorId,
) -> Result<Option<SealedRow<ListedDoctor>>, ReadError> {
    fetch_by_id("reading a doctor", pool, doctor.as_uuid()).await
}

/// Returns the rows of some doctors.
pub(super) async fn by_ids(
    connection: &mut PgConnection,
    doctors: &[Uuid],
) -> Result<Vec<SealedRow<ListedDoctor>>, sqlx::Error> {
    let rows = sqlx::query_as!(
        DoctorRow,
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
    rows: Vec<DoctorRow>,
) -> Result<Vec<SealedRow<ListedDoctor>>, sqlx::Error> {
    let mut affiliations = affiliations_of(connection, &column(&rows, |row| row.doctor_id)).await?;
    let doctors = rows.into_iter().map(|stored| {
        let affiliations = affiliations.remove(&stored.doctor_id).unwrap_or_default();
        stored.doctor(affiliations)
    });
    Ok(doctors.collect::<Result<_, InvalidRow>>()?)
}

async fn affiliations_of(
    connection: &mut PgConnection,
    doctors: &[Uuid],
) -> Result<Affiliations, sqlx::Error> {
    let rows = sqlx::query_as!(
        AffiliationRow,
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

    fn subject(&self) -> SubjectId {
        self.subject
    }

    fn phi(&mut self) -> &mut Phi<DoctorPhi> {
        &mut self.phi
    }
}

/// Row of `doctor_directory`; the affiliations are in a table of their own.
struct DoctorRow {
    doctor_id: Uuid,
    subject: Uuid,
    phi: Option<String>,
    specialisations: Value,
    languages: Value,
    verified: bool,
    suspended: bool,
    version: i64,
}

impl DoctorRow {
    fn doctor(
        self,
        affiliations: BTreeMap<ClinicId, Affiliation>,
    ) -> Result<SealedRow<ListedDoctor>, InvalidRow> {
        let row = ListedDoctor {
            doctor: DoctorId::from_uuid(self.doctor_id),
            subject: SubjectId::from_uuid(self.subject),
            phi: Phi::Erased,
            specialisations: json("specialisations", self.specialisations)?,
            languages: json("languages", self.languages)?,
            verified: self.verified,
            suspended: self.suspended,
            affiliations,
            version: self.version,
        };
        Ok(SealedRow::new(row, self.phi))
    }
}
