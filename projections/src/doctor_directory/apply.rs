//! Events applied to the list of doctors.

use std::collections::BTreeMap;

use domain::doctor::{Doctor, DoctorAffiliated, DoctorEvent, DoctorRegistered};
use domain::{Affiliation, ClinicId};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::query::{self, DoctorPhi, ListedDoctor};
use crate::affiliation::{AffiliationOf, write_affiliations};
use crate::fold::Fold;
use crate::sealed::SealedRow;
use crate::stored::{Stored, column};

impl Fold for ListedDoctor {
    type Aggregate = Doctor;

    fn id(&self) -> Uuid {
        self.doctor.as_uuid()
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn evolve(row: Option<Self>, event: DoctorEvent, version: i64) -> Option<Self> {
        let doctor = match event {
            DoctorEvent::Registered(registered) => Self::registered(registered),
            DoctorEvent::Affiliated(affiliated) => row?.affiliated(&affiliated),
            DoctorEvent::TermsSet(set) => row?.at(set.clinic, |terms| {
                terms.fee = set.fee;
                terms.slot_length = set.slot_length;
            }),
            DoctorEvent::WeeklyHoursSet(set) => {
                row?.at(set.clinic, |terms| terms.hours = set.hours)
            }
            DoctorEvent::DateHoursSet(set) => row?.at(set.clinic, |terms| {
                terms.dated_hours.set(set.date, set.hours, set.at);
            }),
            DoctorEvent::DateHoursCleared(cleared) => row?.at(cleared.clinic, |terms| {
                terms.dated_hours.clear(cleared.date);
            }),
            DoctorEvent::Verified(_) => Self {
                verified: true,
                ..row?
            },
            DoctorEvent::Suspended(_) => Self {
                suspended: true,
                ..row?
            },
            DoctorEvent::Reinstated(_) => Self {
                suspended: false,
                ..row?
            },
        };
        Some(Self { version, ..doctor })
    }
}

impl ListedDoctor {
    fn registered(registered: DoctorRegistered) -> Self {
        Self {
            doctor: registered.doctor,
            subject: registered.subject,
            phi: registered.phi.map(|phi| DoctorPhi { name: phi.name }),
            specialisations: registered.specialisations,
            languages: registered.languages,
            verified: false,
            suspended: false,
            affiliations: BTreeMap::new(),
            version: 1,
        }
    }

    fn affiliated(mut self, affiliated: &DoctorAffiliated) -> Self {
        let terms = Affiliation::agreed(affiliated);
        self.affiliations.insert(affiliated.clinic, terms);
        self
    }

    /// Changes the terms at a clinic that the doctor works at.
    fn at(mut self, clinic: ClinicId, change: impl FnOnce(&mut Affiliation)) -> Self {
        self.affiliations.get_mut(&clinic).map(change);
        self
    }
}

impl Stored for SealedRow<ListedDoctor> {
    async fn by_ids(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Self>, sqlx::Error> {
        query::by_ids(connection, ids).await
    }

    async fn write(connection: &mut PgConnection, rows: &[Self]) -> Result<(), sqlx::Error> {
        let (doctors, phi) = Self::columns(rows);
        sqlx::query_file!(
            "src/doctor_directory/upsert_doctors.sql",
            &column(&doctors, |row| row.doctor.as_uuid()),
            &column(&doctors, |row| row.subject.as_uuid()),
            &phi as _,
            &column(&doctors, |row| Json(&row.specialisations)) as _,
            &column(&doctors, |row| Json(&row.languages)) as _,
            &column(&doctors, |row| row.verified),
            &column(&doctors, |row| row.suspended),
            &column(&doctors, |row| row.version)
        )
        .execute(&mut *connection)
        .await?;
        let affiliations = doctors
            .into_iter()
            .flat_map(|row| AffiliationOf::all(row.id(), &row.affiliations, row.version));
        write_affiliations!(
            "src/doctor_directory/upsert_affiliations.sql",
            connection,
            affiliations
        )
    }
}
